;;; drive_eglot.el --- Does in Emacs with eglot what a person would  -*- lexical-binding: t -*-

;;; Commentary:

;; Opens the script, reads the squiggle and the rule, takes the first repair and sees the squiggle go; or, as
;; steps.el says, gives the commands of the snippet, or cancels one.

;;; Code:

(require 'steps)
(require 'flymake)

(defun drive-findings ()
  "Return what Flymake shows; in batch no timer starts it."
  (flymake-start)
  (vconcat (mapcar (lambda (found)
                     `((message . ,(flymake-diagnostic-text found))
                       (text . ,(buffer-substring-no-properties (flymake-diagnostic-beg found)
                                                                (flymake-diagnostic-end found)))))
                   (flymake-diagnostics))))

(defun drive-hover ()
  "Return what eldoc would show at point."
  (let (text)
    (eglot-hover-eldoc-function (lambda (said &rest _) (setq text said)))
    (steps-wait "the hover" (lambda () text))
    (substring-no-properties text)))

(defun drive-repair ()
  "Check the file, repair it, save it."
  (steps-wait "a finding" (lambda () (> (length (drive-findings)) 0)))
  (steps-note 'before (drive-findings))
  (let* ((found (car (flymake-diagnostics)))
         (actions (eglot-code-actions (flymake-diagnostic-beg found) (flymake-diagnostic-end found))))
    (goto-char (flymake-diagnostic-beg found))
    (steps-note 'hover (drive-hover))
    (steps-note 'menu (vconcat (mapcar (lambda (action) (plist-get action :title)) actions)))
    (cl-letf (((symbol-function 'completing-read) (lambda (_ choices &rest _) (caar choices)))
              (last-nonmenu-event ?\r)) ; a key, so that the menu is not a popup
      (eglot--read-execute-code-action actions (eglot-current-server))))
  (steps-wait "the repair" #'buffer-modified-p)
  (eglot--signal-textDocument/didChange)
  (steps-wait "the finding to go" (lambda () (= (length (drive-findings)) 0)))
  (steps-note 'after (drive-findings))
  (save-buffer))

(steps-run
 (lambda ()
   (steps-keep-each-mode-line)
   (steps-open)
   (apply #'eglot (eglot--guess-contact))
   (steps-wait "the server" #'eglot-current-server)
   (steps-do #'drive-repair)
   (eglot-shutdown (eglot-current-server))))

;;; drive_eglot.el ends here
