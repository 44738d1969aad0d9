// The steps of a test as elements.
import type { Fold, FromPage, Item, Line, Told } from '../src/report/view';
import { button, element, picture } from './elements';

/** Sends what was clicked to the extension. */
export type Send = (message: FromPage) => void;

/** Returns a step, or steps that are told together, as an entry of the list. */
export function itemElement(item: Item, send: Send): HTMLLIElement {
  if (item.kind === 'fold') {
    return entry(item, foldElement(item, 'h3', send));
  }
  const parts = item.parts.map((part) =>
    part.kind === 'fold'
      ? entry(part, foldElement(part, 'h4', send, part.outcome === item.outcome))
      : lineElement(part, send),
  );
  const list = parts.length ? element('ul', { role: 'list', class: 'parts' }, ...parts) : undefined;
  return entry(item, heading(item, 'h2'), ...bodyOf(item, send), list);
}

function lineElement(line: Line, send: Send, level: 'h3' | 'h4' = 'h3'): HTMLLIElement {
  return entry(line, heading(line, level), ...bodyOf(line, send));
}

function entry(told: Item | Line | Fold, ...children: readonly (Node | undefined)[]): HTMLLIElement {
  const attributes = {
    'data-key': told.key,
    'data-step': told.step,
    'data-outcome': told.outcome,
    'data-kind': told.kind,
    'data-cause': told.kind !== 'fold' && told.cause ? 'true' : undefined,
    tabindex: told.kind !== 'fold' && told.cause ? '-1' : undefined,
  };
  return element('li', attributes, ...children);
}

function heading(told: Told, level: 'h2' | 'h3' | 'h4'): HTMLElement {
  return element(
    level,
    {},
    picture(told.outcome),
    element('span', { class: 'word' }, told.word),
    ' ',
    element('span', { class: 'title' }, told.title),
    ' ',
    told.took === undefined ? undefined : element('span', { class: 'took' }, told.took),
  );
}

/** Returns outcomes that are told together; `bare` when what holds them has already said what they came to. */
function foldElement(fold: Fold, level: 'h3' | 'h4', send: Send, bare = false): HTMLDetailsElement {
  const lines = fold.lines.map((line) => lineElement(line, send, level));
  return element(
    'details',
    { 'data-fold': fold.key },
    element(
      'summary',
      { class: bare ? 'bare' : undefined },
      ...(bare ? [] : [picture(fold.outcome), element('span', { class: 'word' }, fold.word), ' ']),
      element('span', { class: 'title' }, fold.title),
      ' ',
      element('span', { class: 'message' }, fold.message),
    ),
    element('ul', { role: 'list', class: 'parts' }, ...lines),
  );
}

function* bodyOf(told: Told, send: Send): Generator<Node> {
  if (told.message) {
    yield element('p', { class: 'message' }, told.message);
  }
  for (const note of told.notes) {
    yield element('p', { class: 'note' }, picture('warning'), note);
  }
  if (told.signIn) {
    yield signInElement(told, send);
  }
  if (told.advice !== undefined) {
    yield element('p', { class: 'advice' }, told.advice);
  }
  if (told.deed) {
    yield deedElement(told, send);
  }
  if (told.command) {
    yield commandElement(told, send);
  }
  if (told.more) {
    yield element('p', { class: 'more' }, element('a', { href: told.more.url }, told.more.label));
  }
}

function signInElement({ key, signIn }: Told, send: Send): HTMLElement {
  return element(
    'div',
    { class: 'command sign-in' },
    element('code', {}, signIn?.code),
    button(signIn?.label ?? '', { 'data-button': 'signIn', class: 'primary' }, () => {
      send({ type: 'signIn', key });
    }),
  );
}

function deedElement({ key, deed }: Told, send: Send): HTMLElement {
  const does = button(deed?.label ?? '', { 'data-button': 'deed' }, () => {
    send({ type: 'deed', key });
  });
  return element('div', { class: 'command' }, does);
}

function commandElement({ key, command }: Told, send: Send): HTMLElement {
  const terminal =
    command?.terminal === undefined
      ? undefined
      : button(command.terminal, { 'data-button': 'terminal' }, () => {
          send({ type: 'terminal', key });
        });
  const copy = button(command?.copy ?? '', { 'data-button': 'copy' }, () => {
    send({ type: 'copy', key });
  });
  return element(
    'div',
    { class: 'command' },
    element('code', { tabindex: '0' }, command?.text),
    terminal,
    copy,
  );
}
