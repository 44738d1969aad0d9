// The page of the report: draws what the extension sends, and tells it what was clicked.
import type { FromPage, Item, View } from '../src/report/view';
import { button, element, picture } from './elements';
import { itemElement, type Send } from './lines';

/** What outlives the page while it is hidden. */
interface Kept {
  readonly open: readonly string[];
  readonly scroll: number;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
};

/** What is left free around what is brought into view, in pixels. */
const MARGIN = 8;

const code = acquireVsCodeApi();
const send: Send = (message) => {
  code.postMessage(message);
};
const report = document.getElementById('report') ?? document.body;
const live = document.getElementById('live');
const open = new Set(code.getState()?.open ?? []);
const drawn = new Map<string, { readonly json: string; readonly element: HTMLLIElement }>();
const steps = element('ol', { id: 'steps', role: 'list' });
const now = element('p', { id: 'now' });
const elapsed = element('span', { id: 'elapsed', 'aria-hidden': 'true' });
let header: HTMLElement = element('header');
let view: View | undefined;
let isRestored = false;

report.append(header, steps, now);

window.addEventListener('message', (event: MessageEvent<View | undefined>) => {
  if (event.data) {
    draw(event.data);
  }
});
document.addEventListener(
  'toggle',
  ({ target }) => {
    if (target instanceof HTMLDetailsElement && target.dataset['fold'] !== undefined) {
      open[target.open ? 'add' : 'delete'](target.dataset['fold']);
      keep();
    }
  },
  true,
);
window.addEventListener('scroll', keep);
setInterval(tick, 1000);
send({ type: 'ready' });

function draw(next: View): void {
  const before = view;
  view = next;
  const focused = focusedPlace();
  report.dataset['state'] = next.state;
  steps.setAttribute('aria-label', next.labels.steps);
  drawHeader(before, next);
  drawSteps(next.items);
  drawNow(next);
  focusAgain(focused);
  announce(before, next);
  settle(before, next);
}

/** Draws the top, unless it is as it was: what a screen reader is reading is not taken from it. */
function drawHeader(before: View | undefined, next: View): void {
  const json = (whole: View) => JSON.stringify({ ...whole, items: undefined, now: undefined });
  if (before === undefined || json(before) !== json(next)) {
    const made = headerElement(next);
    header.replaceWith(made);
    header = made;
  }
}

function headerElement(next: View): HTMLElement {
  const facts = next.facts.map((fact) => element('li', {}, fact));
  const actions = next.actions.map(({ id, label, description, primary }) => {
    const attributes = { id: `action-${id}`, class: primary ? 'primary' : undefined, title: description };
    return button(label, attributes, () => {
      send({ type: 'action', id });
    });
  });
  const headline = element(
    'p',
    { id: 'headline' },
    picture(next.state),
    element('strong', { id: 'state' }, next.word),
    ' ',
    element('span', { id: 'message' }, next.headline),
  );
  return element(
    'header',
    { id: 'summary', 'data-state': next.state },
    element('h1', { id: 'title' }, next.title),
    element('ul', { id: 'facts', role: 'list' }, ...facts),
    next.sandbox === undefined ? undefined : element('p', { id: 'sandbox' }, next.sandbox),
    element(
      'div',
      { id: 'top' },
      headline,
      element('div', { id: 'actions', role: 'group', 'aria-label': next.labels.actions }, ...actions),
      next.hint === undefined ? undefined : element('p', { id: 'hint' }, next.hint),
    ),
  );
}

/** Draws the steps that are new or have changed, and leaves the others alone: somebody may be reading them. */
function drawSteps(items: readonly Item[]): void {
  const wanted = items.map((item) => {
    const json = JSON.stringify(item);
    const old = drawn.get(item.key);
    const made = old?.json === json ? old.element : itemElement(item, send);
    drawn.set(item.key, { json, element: made });
    return made;
  });
  wanted.forEach((item, index) => {
    if (steps.children[index] !== item) {
      steps.insertBefore(item, steps.children[index] ?? null);
    }
  });
  while (steps.children.length > wanted.length) {
    steps.lastElementChild?.remove();
  }
  for (const details of steps.querySelectorAll('details')) {
    details.open = open.has(details.dataset['fold'] ?? '');
  }
}

function drawNow(next: View): void {
  now.hidden = next.state !== 'running';
  const place = next.now?.place;
  now.replaceChildren(
    picture('running'),
    element('span', { id: 'doing' }, next.now?.message ?? next.headline),
    ' ',
    element('span', { class: 'took' }, place === undefined ? undefined : `· ${place} `, elapsed),
  );
  tick();
}

function tick(): void {
  const seconds = view?.now ? Math.floor((Date.now() - view.now.since) / 1000) : 0;
  elapsed.textContent = seconds > 0 ? (view?.labels.seconds.replace('{0}', String(seconds)) ?? '') : '';
}

/** Says aloud what has come, to those who do not see it. */
function announce(before: View | undefined, next: View): void {
  if (live === null || before === undefined) {
    return;
  }
  if (before.state !== next.state) {
    live.textContent = `${next.word}. ${next.headline}`;
  } else if (next.state === 'running' && next.items.length > before.items.length) {
    const last = next.items[before.items.length];
    live.textContent = last ? `${last.title}: ${last.word}` : '';
  }
}

/** Brings into view what matters: what failed when a test has ended, what is being done while it goes on. */
function settle(before: View | undefined, next: View): void {
  if (!isRestored) {
    isRestored = true;
    window.scrollTo(0, code.getState()?.scroll ?? 0);
  }
  if (before?.state === 'running' && next.state === 'failed') {
    showCause(report.querySelector<HTMLElement>('[data-cause]'));
  } else if (next.state === 'running') {
    now.scrollIntoView({ block: 'nearest' });
  } else if (before?.state === 'running') {
    window.scrollTo(0, 0);
  }
}

/** Shows what failed with the heading of the step that it is in, below what stays on top; without it where there is no room. */
function showCause(cause: HTMLElement | null): void {
  if (cause === null) {
    return;
  }
  const step = cause.closest<HTMLElement>('#steps > li') ?? cause;
  const room = window.innerHeight - covered() - 2 * MARGIN;
  const height = cause.getBoundingClientRect().bottom - step.getBoundingClientRect().top;
  const first = height <= room ? step : cause;
  window.scrollTo(0, 0);
  if (cause.getBoundingClientRect().bottom > window.innerHeight) {
    first.style.scrollMarginTop = `${String(covered() + MARGIN)}px`;
    first.scrollIntoView({ block: 'start' });
  }
  if (document.hasFocus()) {
    cause.focus({ preventScroll: true });
  }
}

/** Returns how much of the window what stays on top takes. */
function covered(): number {
  const top = header.querySelector<HTMLElement>('#top');
  return top !== null && getComputedStyle(top).position === 'sticky' ? top.offsetHeight : 0;
}

/** Returns what has the focus, as what finds it again after it was drawn anew. */
function focusedPlace(): string | undefined {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement)) {
    return undefined;
  }
  const { id } = focused;
  const key = focused.closest<HTMLElement>('[data-key]')?.dataset['key'];
  const name = focused.dataset['button'];
  if (id) {
    return `#${CSS.escape(id)}`;
  }
  return key === undefined || name === undefined
    ? undefined
    : `[data-key="${CSS.escape(key)}"] [data-button="${CSS.escape(name)}"]`;
}

function focusAgain(place: string | undefined): void {
  const found = place === undefined ? null : report.querySelector<HTMLElement>(place);
  if (found !== null && found !== document.activeElement) {
    found.focus({ preventScroll: true });
  } else if (place?.startsWith('#action-') === true && found === null) {
    // The button that was pressed is gone, as Cancel is at the end: the focus stays among the buttons.
    report.querySelector<HTMLElement>('#actions button')?.focus({ preventScroll: true });
  }
}

function keep(): void {
  code.setState({ open: [...open], scroll: window.scrollY });
}
