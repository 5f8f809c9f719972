package tocsin

// A Viewpoint is how one person marked one message.
type Viewpoint struct {
	Archived  bool
	Favorited bool
	Read      bool
}
