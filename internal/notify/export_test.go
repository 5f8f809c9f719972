package notify

// Body is a content as it is kept.
func Body(c *Content) []byte { return c.body }
