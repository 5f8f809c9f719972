package tocsin

// A Viewpoint is how one person marked one message.
type Viewpoint struct {
	Archived  bool   // put away for themselves
	Reason    string // why, "" where they did not say
	Favorited bool
	Read      bool
}
