// What can go wrong when the private environment is made, in words. Nothing here imports vscode.
import { type Translate, withoutCredentials } from '../sentences';

/** Why there is no private environment. */
export type Reason = 'no-wheel' | 'no-python' | 'no-venv' | 'offline' | 'failed' | 'cancelled';

/** Thrown when the private environment could not be made; the message is a sentence for the user. */
export class InstallProblem extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}

/** Returns the problem of a step that failed, from what the tool wrote. */
export function toolProblem(tool: string, lines: readonly string[], t: Translate): InstallProblem {
  const unreachable = lines.find((line) => UNREACHABLE.test(line));
  if (unreachable !== undefined) {
    return new InstallProblem('offline', offline(tool, said(unreachable), t));
  }
  if (lines.some((line) => NO_ENSUREPIP.test(line))) {
    return noVenv('python3', t);
  }
  const latest = [...lines].reverse();
  const line = latest.find((text) => FAULT.test(text)) ?? latest.find((text) => text.trim() !== '') ?? '';
  return new InstallProblem(
    'failed',
    t('azmlflow could not install its server ({0} said: {1}).', tool, said(line)),
  );
}

/** Returns the problem of a computer without a Python that is new enough. */
export function noPython(t: Translate): InstallProblem {
  return new InstallProblem(
    'no-python',
    t(
      'azmlflow found no Python 3.10 or newer to run its server with. Install one, then Retry; or name an azmlflow program in the setting azmlflow.server.path.',
    ),
  );
}

/** Returns the problem of a Python that cannot make an environment, as Debian brings it. */
export function noVenv(python: string, t: Translate): InstallProblem {
  return new InstallProblem(
    'no-venv',
    t(
      'azmlflow cannot make an environment for its server: {0} has neither pip nor ensurepip. On Debian and Ubuntu run "apt install python3-venv", then Retry.',
      python,
    ),
  );
}

/** Returns the problem of an extension that brings no server, such as one that runs from its sources. */
export function noWheel(t: Translate): InstallProblem {
  return new InstallProblem(
    'no-wheel',
    t('azmlflow is not installed, and this build of the extension brings no server: pip install azmlflow.'),
  );
}

/** Returns what is thrown when the user, or the end of the window, stopped the installation. */
export function cancelled(t: Translate): InstallProblem {
  return new InstallProblem('cancelled', t('The installation of the azmlflow server was cancelled.'));
}

function offline(tool: string, line: string, t: Translate): string {
  return t(
    'azmlflow could not reach the package index to install its server ({0} said: {1}). Check the connection or the proxy, then Retry; or pip install azmlflow in your own environment.',
    tool,
    line,
  );
}

/** What pip and uv write when the index does not answer, or answers with nothing at all. */
const UNREACHABLE = new RegExp(
  [
    'NewConnectionError',
    'ConnectTimeoutError',
    'ReadTimeoutError',
    'ProxyError',
    'NameResolutionError',
    'Failed to establish a new connection',
    'connection broken by',
    'Could not fetch URL',
    'CERTIFICATE_VERIFY_FAILED',
    'error sending request',
    'Failed to fetch',
    'dns error',
    'tcp connect error',
    'Network connectivity is disabled',
    String.raw`\(from versions: none\)`,
  ].join('|'),
  'i',
);
const NO_ENSUREPIP = /ensurepip is not available|No module named '?(ensurepip|venv)\b/;
const FAULT = /^\s*(error|fatal|×|\w*Error:)/i;
const LONGEST = 200;

/** Returns what is worth quoting of a line: of pip's retries the reason, without the objects of its libraries. */
function said(line: string): string {
  const [, reason = line] = line.split("connection broken by '", 2);
  const [cause = ''] = reason.split("': /", 1);
  const text = withoutCredentials(cause.replace(/<[^<>]{1,200}>: /g, '').trim()).replace(/\.$/, '');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
