;;; steps.el --- What the drives of Emacs share  -*- lexical-binding: t -*-

;;; Commentary:

;; To wait, to note what was seen, to write it as JSON to $AZMLFLOW_SEEN; the test judges it.

;;; Code:

(require 'cl-lib)
(require 'json)

(defvar steps-seen nil "What was seen, as an alist.")

(defun steps-note (key value)
  "Remember VALUE as KEY."
  (push (cons key value) steps-seen))

(defun steps-wait (what condition)
  "Wait until CONDITION, a function, holds, and return its value; WHAT names it."
  (let ((limit (+ (float-time) 80)) value)
    (while (not (setq value (funcall condition)))
      (when (> (float-time) limit) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.02))
    value))

(defun steps-open ()
  "Open the file; what a hook starts is started when Emacs comes to rest, which a batch never does."
  (setq make-backup-files nil create-lockfiles nil)
  (find-file (getenv "AZMLFLOW_FILE")))

(defun steps-pages ()
  "Give the commands that $AZMLFLOW_COMMANDS names as the protocol does, and note their pages."
  (let ((window (selected-window)) pages)
    (steps-wait "the workspace in the mode line" (lambda () (string-match-p "azmlflow:" (steps-mode-line))))
    (dolist (command (split-string (getenv "AZMLFLOW_COMMANDS")))
      (push (cons command (steps-page command)) pages))
    (steps-note 'pages pages)
    (steps-note 'stayed (if (eq window (selected-window)) t json-false))))

(defun steps-page (command)
  "Give COMMAND and return the text of the window that it opens."
  (call-interactively (intern (concat "azmlflow" (steps-kebab command))))
  (let ((name (format "*azmlflow %s*" command)))
    (steps-wait name (lambda () (get-buffer-window name)))
    (with-current-buffer name (buffer-string))))

(defun steps-cancel ()
  "Have a connection tested that hangs, cancel it once $AZMLFLOW_STARTED is there, and note the page."
  (azmlflow-test-connection)
  (steps-wait "the test" (lambda () (< 0 (or (file-attribute-size (file-attributes (getenv "AZMLFLOW_STARTED"))) 0))))
  (azmlflow-cancel)
  (let ((name "*azmlflow testConnection*"))
    (steps-wait name (lambda () (get-buffer-window name)))
    (steps-note 'page (with-current-buffer name (buffer-string)))))

(defun steps-kebab (name)
  "Return \"-test-connection\" for NAME \"testConnection\"."
  (let ((case-fold-search nil))
    (downcase (replace-regexp-in-string "\\(^.\\|[A-Z]\\)" "-\\1" name t))))

(defun steps-mode-line ()
  "Return what the mode line of the file's window shows."
  (with-current-buffer (window-buffer (frame-first-window))
    (mapconcat #'identity (steps-texts mode-line-misc-info) " ")))

(defun steps-texts (constructs)
  "Return the texts that those of CONSTRUCTS show that compute one: in a batch `format-mode-line' shows none."
  (delq nil (mapcar (lambda (construct)
                      (and (eq :eval (car-safe construct)) (eval (cadr construct) t)))
                    constructs)))

(defun steps-keep-each-mode-line ()
  "Note as `lines' what the mode line shows after each message about the connection."
  (let (lines)
    (advice-add 'azmlflow-keep :after
                (lambda (&rest _)
                  (setq lines (append lines (list (steps-mode-line))))
                  (setf (alist-get 'lines steps-seen) (vconcat lines))))))

(defun steps-do (repair)
  "Do REPAIR, or what the environment asks for in its place."
  (cond ((getenv "AZMLFLOW_COMMANDS") (steps-pages))
        ((getenv "AZMLFLOW_STARTED") (steps-cancel))
        (t (funcall repair))))

(defun steps-run (drive)
  "Do DRIVE and write what was seen."
  (condition-case fault
      (funcall drive)
    (error (steps-note 'fault (format "%s %S" (error-message-string fault) steps-seen))))
  (write-region (json-encode steps-seen) nil (getenv "AZMLFLOW_SEEN") nil 'quiet))

(provide 'steps)
;;; steps.el ends here
