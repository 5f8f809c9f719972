package web

import "bytes"

// smallSheet returns a style sheet of ours without comments and without blanks
// that say nothing; what stands between quotation marks stays as it is.
func smallSheet(sheet []byte) []byte {
	out := make([]byte, 0, len(sheet))
	for i := 0; i < len(sheet); {
		switch c := sheet[i]; {
		case bytes.HasPrefix(sheet[i:], []byte("/*")):
			i += after(sheet[i:], "*/")
		case c == '"' || c == '\'':
			n := 1 + after(sheet[i+1:], string(c))
			out = append(out, sheet[i:i+n]...)
			i += n
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			if n := len(out); n > 0 && bytes.IndexByte([]byte(" {};,:>("), out[n-1]) < 0 {
				out = append(out, ' ')
			}
			i++
		default:
			if n := len(out); n > 0 && out[n-1] == ' ' && bytes.IndexByte([]byte("{};,>)"), c) >= 0 {
				out = out[:n-1]
			}
			if n := len(out); c == '}' && n > 0 && out[n-1] == ';' {
				out = out[:n-1]
			}
			out = append(out, c)
			i++
		}
	}
	return out
}

// smallScript returns a script of ours without indentation and without lines that
// are comments. No text of ours goes over lines.
func smallScript(script []byte) []byte {
	out := make([]byte, 0, len(script))
	for line := range bytes.Lines(script) {
		if line = bytes.TrimLeft(line, " \n"); len(line) > 0 && !bytes.HasPrefix(line, []byte("//")) {
			out = append(out, line...)
		}
	}
	return out
}

// after is where a text goes on behind what ends a part of it.
func after(text []byte, end string) int {
	if n := bytes.Index(text, []byte(end)); n >= 0 {
		return n + len(end)
	}
	return len(text)
}
