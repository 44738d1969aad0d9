;;; drive_lsp_mode.el --- Does in Emacs with lsp-mode what a person would  -*- lexical-binding: t -*-

;;; Commentary:

;; Opens the script, reads the squiggle and the rule, takes the first repair and sees the squiggle go; or, as
;; steps.el says, gives the commands of the snippet, or cancels one.

;;; Code:

(require 'steps)

(defun drive-findings ()
  "Return what the server said of this buffer."
  (vconcat (mapcar (lambda (found)
                     (pcase-let ((`(,begin . ,end) (lsp--range-to-region (lsp-get found :range))))
                       `((code . ,(lsp-get found :code))
                         (message . ,(lsp-get found :message))
                         (text . ,(buffer-substring-no-properties begin end)))))
                   (lsp--get-buffer-diagnostics))))

(defun drive-hover ()
  "Return what `lsp-describe-thing-at-point' would show."
  (lsp-get (lsp-get (lsp-request "textDocument/hover" (lsp--text-document-position-params)) :contents) :value))

(defun drive-repair ()
  "Check the file, repair it, save it."
  (steps-wait "a finding" (lambda () (> (length (drive-findings)) 0)))
  (steps-note 'before (drive-findings))
  (goto-char (car (lsp--range-to-region (lsp-get (car (lsp--get-buffer-diagnostics)) :range))))
  (steps-note 'hover (drive-hover))
  (let ((actions (lsp-code-actions-at-point)))
    (steps-note 'menu (vconcat (mapcar (lambda (action) (lsp-get action :title)) actions)))
    (lsp-execute-code-action (car (append actions nil))))
  (steps-wait "the repair" #'buffer-modified-p)
  (steps-wait "the finding to go" (lambda () (= (length (drive-findings)) 0)))
  (steps-note 'after (drive-findings))
  (save-buffer))

(steps-run
 (lambda ()
   (setq lsp-warn-no-matched-clients nil lsp-auto-execute-action nil)
   (steps-keep-each-mode-line)
   (lsp-workspace-folders-add (file-name-directory (getenv "AZMLFLOW_FILE")))
   (steps-open)
   (steps-wait "the server" (lambda () (ignore-errors (eq 'initialized (lsp--workspace-status (azmlflow-server))))))
   (steps-do #'drive-repair)))

;;; drive_lsp_mode.el ends here
