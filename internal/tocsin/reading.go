package tocsin

// A Reading is how a person wants to read pages in every browser. What is empty
// is left to the browser.
type Reading struct {
	Language string // "en", "fr" or "ja"
	Zone     string // name in the time zone database, such as "Europe/Paris"
}
