// What the server says of a connection. Nothing here imports vscode.
import { isObject } from '../text';

const STATES = ['unknown', 'checking', 'connected', 'failed', 'expired', 'offline'] as const;

/** What is known of a connection. */
export type ConnectionState = (typeof STATES)[number];

/** The parameters of `azmlflow/status`. */
export interface Status {
  readonly state: ConnectionState;
  readonly headline: string;
  /** The workspace that the project is aimed at, or that was tested; undefined when there is none. */
  readonly workspace: string | undefined;
  readonly identity: string | undefined;
  /** When the test that it rests on ended; undefined when there was none. */
  readonly checkedAt: Date | undefined;
  /** The document or folder that it is about. */
  readonly uri: string | undefined;
}

/** Returns the status that a message holds; undefined when it holds none. */
export function readStatus(message: unknown): Status | undefined {
  if (!isObject(message)) {
    return undefined;
  }
  const state = STATES.find((name) => name === message['state']);
  if (state === undefined) {
    return undefined;
  }
  return {
    state,
    headline: text(message['headline']) ?? '',
    workspace: text(message['workspace']),
    identity: text(message['identity']),
    checkedAt: moment(message['checkedAt']),
    uri: text(message['uri']),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function moment(value: unknown): Date | undefined {
  const read = new Date(typeof value === 'string' ? value : NaN);
  return Number.isNaN(read.getTime()) ? undefined : read;
}
