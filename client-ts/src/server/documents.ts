// Which documents the server wants to hear of. Nothing here imports vscode.

/** A filter of documents as the protocol knows it. */
export interface Filter {
  readonly scheme?: string;
  readonly language?: string;
  readonly pattern?: string;
  readonly notebook?: string;
}

const PATTERNS = [
  '**/*.{py,pyw,yml,yaml,sh,bash,zsh,ps1,md,toml,env}',
  '**/{.env*,.envrc,*.env.*,env.*}',
  '**/*{requirements,constraints}*.{txt,in}',
  '**/requirements/*.{txt,in}',
  '**/{config,project,settings,launch}.json',
  '**/{MLproject,MLmodel}',
  '**/{Dockerfile,Containerfile}',
  '**/{Dockerfile,Containerfile}.*',
  '**/*.{dockerfile,containerfile}',
] as const;

/** The documents that are sent to the server. Which notebooks it wants it says itself when it starts. */
export const DOCUMENTS: readonly Filter[] = [
  { scheme: 'file', language: 'python' },
  { scheme: 'file', language: 'shellscript' },
  { scheme: 'untitled', language: 'python' },
  { notebook: 'jupyter-notebook', language: 'python' },
  ...PATTERNS.map((pattern) => ({ scheme: 'file', pattern })),
];
