// The page of the report before anything is in it. Nothing here imports vscode.

/** What the page is made of; the addresses are those that VS Code gives to files of the extension. */
export interface Parts {
  readonly script: string;
  readonly style: string;
  readonly title: string;
  readonly language: string;
  /** Where VS Code says that the page's own files come from. */
  readonly source: string;
  /** A word that nobody can guess: only the script with it is run. */
  readonly nonce: string;
}

/** Returns the page: it may run its own script and use its own style, and reach nothing else. */
export function htmlOf({ script, style, title, language, source, nonce }: Parts): string {
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escaped(style)}">
<title>${escaped(title)}</title>
</head>
<body>
<main id="report" data-state="empty"></main>
<div id="live" role="status" aria-live="polite"></div>
<script nonce="${escaped(nonce)}" src="${escaped(script)}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
