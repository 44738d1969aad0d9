import * as vscode from 'vscode';

/** Lets what a page says stand out from its reasons: lines that are not indented are bold, quoted ones recede. */
export class PageStyle implements vscode.Disposable {
  private readonly said = vscode.window.createTextEditorDecorationType({ fontWeight: 'bold' });
  private readonly quoted = vscode.window.createTextEditorDecorationType({
    color: new vscode.ThemeColor('descriptionForeground'),
  });
  private readonly listeners: vscode.Disposable;

  constructor(private readonly scheme: string) {
    this.listeners = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        editors.forEach((editor) => {
          this.apply(editor);
        });
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        vscode.window.visibleTextEditors
          .filter((editor) => editor.document === document)
          .forEach((editor) => {
            this.apply(editor);
          });
      }),
    );
  }

  dispose(): void {
    vscode.Disposable.from(this.said, this.quoted, this.listeners).dispose();
  }

  private apply(editor: vscode.TextEditor): void {
    if (editor.document.uri.scheme !== this.scheme) {
      return;
    }
    const lines = Array.from({ length: editor.document.lineCount }, (_, line) =>
      editor.document.lineAt(line),
    );
    const those = (pattern: RegExp) =>
      lines.filter(({ text }) => pattern.test(text)).map(({ range }) => range);
    editor.setDecorations(this.said, those(/^\S/));
    editor.setDecorations(this.quoted, those(/^\s+\| /));
  }
}
