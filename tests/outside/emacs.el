;; A session of Emacs as a user has it: open a file, look at the diagnostic, apply the fix. It says what it sees.
;; Environment: ARCHLINT_CONFIGURATION (what the user has in init.el), ARCHLINT_FILE and ARCHLINT_SETTINGS (to be opened).
(require 'eglot)
(require 'flymake)
(load (getenv "ARCHLINT_CONFIGURATION") nil t)
(setq eglot-sync-connect 30
      eglot-autoshutdown nil
      eglot-confirm-server-initiated-edits nil
      flymake-no-changes-timeout 0.1)

(defun wait (what holds)
  (let ((end (+ (float-time) 30)))
    (while (and (not (funcall holds)) (< (float-time) end))
      (accept-process-output nil 0.05))
    (unless (funcall holds)
      (message "timeout: %s" what)
      (kill-emacs 1))))

(defun diagnostics () (flymake-diagnostics))

(find-file (getenv "ARCHLINT_FILE"))
(defvar file (current-buffer))
(apply #'eglot (eglot--guess-contact))
(wait "a diagnostic" #'diagnostics)
(let ((found (car (diagnostics))))
  (goto-char (flymake-diagnostic-beg found))
  (message "diagnostic: %s" (buffer-substring (flymake-diagnostic-beg found) (flymake-diagnostic-end found)))
  (message "message: %s" (car (split-string (flymake-diagnostic-text found) "\n"))))

;; What a user does: the menu of code actions, and the first one in it.
(cl-letf (((symbol-function 'completing-read)
           (lambda (_prompt actions &rest _)
             (let ((titles (mapcar (lambda (each) (if (consp each) (car each) each)) actions)))
               (message "actions: %s" (string-join titles "; "))
               (car titles)))))
  (let ((last-nonmenu-event ?x)) ; not a mouse
    (call-interactively #'eglot-code-actions)))
(message "buffer: %s" (buffer-substring-no-properties (point-min) (point-max)))
(eglot--signal-textDocument/didChange) ; in batch mode Emacs is never idle
(wait "no diagnostic" (lambda () (null (diagnostics))))
(message "no diagnostic")

;; The settings belong to the same server, unsaved.
(erase-buffer)
(insert-file-contents (getenv "ARCHLINT_FILE"))
(eglot--signal-textDocument/didChange)
(wait "the diagnostic again" #'diagnostics)
(find-file (getenv "ARCHLINT_SETTINGS"))
(apply #'eglot (eglot--guess-contact))
(message "servers: %d" (length (apply #'append (hash-table-values eglot--servers-by-project))))
(goto-char (point-max))
(insert "ignore = [\"ASY\"]\n")
(eglot--signal-textDocument/didChange)
(with-current-buffer file
  (wait "settings that count" (lambda () (null (diagnostics)))))
(message "ignored by settings that are not saved")
(eglot-shutdown (eglot-current-server) nil 5)
(kill-emacs 0)
