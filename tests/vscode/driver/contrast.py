"""How well the texts of a page can be read, by the rule of WCAG: 4.5 and more is enough."""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import Locator

ENOUGH = 4.5


class Text(NamedTuple):
    """A text with the ratio of its colour to what is behind it."""

    ratio: float
    text: str


def too_pale(page: Locator) -> list[Text]:
    """Return the visible texts in an element of a webview that cannot be read well, palest first."""
    found = [Text(ratio, text) for ratio, text in page.evaluate(RATIOS)]
    assert found, "there is no text"
    return sorted(text for text in found if text.ratio < ENOUGH)


RATIOS = """
page => {
  const brush = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
  const paint = colours => {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) { brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1); }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = ([r, g, b]) => {
    const part = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = element => {
    const own = getComputedStyle(element).backgroundColor;
    const editor = getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background');
    return [...(element.parentElement ? behind(element.parentElement) : [editor]), own];
  };
  const texts = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const {parentElement: element, data} = texts.currentNode;
    if (data.trim() && element.checkVisibility()) {
      const back = behind(element);
      const [one, other] = [light(paint(back)), light(paint([...back, getComputedStyle(element).color]))];
      found.push([(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), data.trim().slice(0, 60)]);
    }
  }
  return found;
}
"""
