import * as vscode from 'vscode';
import {
  type DocumentSelector,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
} from 'vscode-languageclient/node';
import type { Command } from './command';
import { DOCUMENTS } from './documents';

/**
 * Returns a client for a server, not yet started.
 *
 * The server itself asks for the settings and to be told of their changes, so they are not sent from here.
 * It is started in `cwd`, never in the workspace: `python -m` imports what lies where it is started, and a
 * `yaml.py` of the user's would be run in place of the real one.
 */
export function createClient(server: Command, cwd: string, log: vscode.LogOutputChannel): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: [...DOCUMENTS] as DocumentSelector,
    initializationOptions: { trusted: vscode.workspace.isTrusted },
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  };
  const run = { command: server.program, args: [...server.args], options: { cwd } };
  return new LanguageClient('azmlflow', 'azmlflow', run, options);
}
