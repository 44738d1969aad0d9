;;; drive.el --- Does in Emacs what a person would  -*- lexical-binding: t -*-

;; Opens the script, reads the squiggle, takes the first repair and sees the squiggle go.
;; Writes what was seen as JSON to $AZMLFLOW_SEEN; the test judges it.

;;; Code:

(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'json)

(defvar drive-seen nil "What was seen, as an alist.")

(defun drive-note (key value)
  "Remember VALUE as KEY."
  (push (cons key value) drive-seen))

(defun drive-wait (what condition)
  "Wait until CONDITION, a function, holds; WHAT names it."
  (let ((limit (+ (float-time) 20)))
    (while (not (funcall condition))
      (when (> (float-time) limit) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.02))))

(defun drive-findings ()
  "Return what Flymake shows; in batch no timer starts it."
  (flymake-start)
  (vconcat (mapcar (lambda (found)
                     `((message . ,(flymake-diagnostic-text found))
                       (text . ,(buffer-substring-no-properties (flymake-diagnostic-beg found)
                                                                (flymake-diagnostic-end found)))))
                   (flymake-diagnostics))))

(defun drive ()
  "Check the file, repair it, save it."
  (find-file (getenv "AZMLFLOW_FILE"))
  (apply #'eglot (eglot--guess-contact))
  (drive-wait "a finding" (lambda () (> (length (drive-findings)) 0)))
  (drive-note 'before (drive-findings))
  (let* ((found (car (flymake-diagnostics)))
         (actions (eglot-code-actions (flymake-diagnostic-beg found) (flymake-diagnostic-end found))))
    (drive-note 'menu (vconcat (mapcar (lambda (action) (plist-get action :title)) actions)))
    (cl-letf (((symbol-function 'completing-read) (lambda (_ choices &rest _) (caar choices)))
              (last-nonmenu-event ?\r)) ; a key, so that the menu is not a popup
      (eglot--read-execute-code-action actions (eglot-current-server))))
  (drive-wait "the repair" #'buffer-modified-p)
  (eglot--signal-textDocument/didChange)
  (drive-wait "the finding to go" (lambda () (= (length (drive-findings)) 0)))
  (drive-note 'after (drive-findings))
  (save-buffer)
  (eglot-shutdown (eglot-current-server)))

(condition-case fault
    (drive)
  (error (drive-note 'fault (error-message-string fault))))
(write-region (json-encode drive-seen) nil (getenv "AZMLFLOW_SEEN") nil 'quiet)

;;; drive.el ends here
