// Package routes puts the same routes, label sets and instants to the product
// and to Alertmanager's own packages, which the program in the folder oracle
// asks: a module of its own, kept as text, so that tools of this module leave it
// alone and nothing of it is linked.
package routes
