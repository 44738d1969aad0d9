// What the extension can do about a failure. Nothing here imports vscode.
import type { Translate } from '../text';
import type { Outcome } from './outcome';
import type { Told } from './view';

/** Code of a failure -> the command that does what is advised. */
const COMMANDS: Readonly<Record<string, string>> = {
  NOT_LOGGED_THERE: 'azmlflow.insertTracking',
  NO_WORKSPACE: 'azmlflow.createWorkspaceConfig',
  NO_PYTHON: 'python.setInterpreter',
  OLD_PYTHON: 'python.setInterpreter',
};

/** Returns the command that does what is advised about an outcome; undefined when there is none. */
export function deedFor({ outcome, code }: Outcome, t: Translate): Told['deed'] {
  const command = outcome === 'failed' && code !== undefined ? COMMANDS[code] : undefined;
  const labels: Readonly<Record<string, string>> = {
    'azmlflow.insertTracking': t('Insert Tracking'),
    'azmlflow.createWorkspaceConfig': t('Create Workspace Config'),
    'python.setInterpreter': t('Choose the Interpreter'),
  };
  return command === undefined ? undefined : { command, label: labels[command] ?? command };
}
