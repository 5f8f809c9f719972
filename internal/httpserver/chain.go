package httpserver

import "net/http"

// A middleware does something around a handler.
type middleware func(http.Handler) http.Handler

// chain puts middlewares around h. They read in the order in which a request
// meets them.
func chain(h http.Handler, list ...middleware) http.Handler {
	for i := len(list) - 1; i >= 0; i-- {
		h = list[i](h)
	}
	return h
}
