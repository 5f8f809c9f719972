package httpserver

import "net/http"

// A recorder remembers what was answered, for the log and the metrics.
type recorder struct {
	http.ResponseWriter
	status int // 0 until the answer starts
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Flush keeps handlers that ask for an [http.Flusher] working.
func (w *recorder) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap gives [http.ResponseController] the writer below.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// outcome is the status for the log once the handler has returned.
func (w *recorder) outcome() int {
	if w.status == 0 {
		return http.StatusOK // net/http sends it by itself
	}
	return w.status
}

// started reports whether an answer is on its way.
func started(w http.ResponseWriter) bool {
	rec, ok := w.(*recorder)
	return ok && rec.status != 0
}

// markGone records that the client left before an answer.
func markGone(w http.ResponseWriter) {
	if rec, ok := w.(*recorder); ok && rec.status == 0 {
		rec.status = statusGone
	}
}
