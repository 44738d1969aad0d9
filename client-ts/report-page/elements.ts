// Elements of the page. What others wrote is only ever put in as text.

type Attributes = Readonly<Record<string, string | undefined>>;
type Child = Node | string | undefined;

/** Returns an element with attributes, those that are undefined left out, and what is in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  setAttributes(made, attributes);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Returns a button; `onClick` is called when it is pressed. */
export function button(label: string, attributes: Attributes, onClick: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', onClick);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Lines of 16 by 16 units, one picture for each outcome. */
const PICTURES: Readonly<Record<string, string>> = {
  ok: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM5 8.2l2.1 2.2l4-4.6',
  failed: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
  warning: 'M8 1.8L15 14H1zM8 6v4M8 11.6v.8',
  'passed-on': 'M2.5 8h10M8.8 4.2L12.6 8l-3.8 3.8',
  'left-out': 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM5 8h6',
  'not-tried': 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13z',
  stopped: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM5 8h6',
  waiting: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM8 4.5V8l2.6 1.6',
  running: 'M8 1.5a6.5 6.5 0 1 0 6.5 6.5',
};

/** Returns the picture of an outcome. The word stands beside it, so that it is not read aloud. */
export function picture(name: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  setAttributes(svg, {
    viewBox: '0 0 16 16',
    class: `picture ${name}`,
    'aria-hidden': 'true',
    focusable: 'false',
  });
  const path = document.createElementNS(SVG, 'path');
  setAttributes(path, { d: PICTURES[name] ?? PICTURES['not-tried'] });
  svg.append(path);
  return svg;
}

function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      target.setAttribute(name, value);
    }
  }
}
