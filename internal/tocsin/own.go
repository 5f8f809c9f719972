package tocsin

import (
	"encoding/hex"
	"fmt"
	"strconv"
)

// SourceOwn is the source of what the desk itself authors. No place that is
// polled may have the name.
const SourceOwn = "own"

// SourceImport is the source of what was read from files by hand: nobody looks
// there again.
const SourceImport = "import"

// OwnIDPrefix starts the ids of issues and messages that the desk authors.
// None of the provider's does.
const OwnIDPrefix = "TC"

// OwnID is the id with a number.
func OwnID(number int64) string { return OwnIDPrefix + strconv.FormatInt(number, 10) }

// ClassMaintenance is the classification of an issue that announces work. The
// legacy API has a message type for it; Graph does not know it.
const ClassMaintenance = "plannedMaintenance"

// A Held is the version of an item that holds in a tenant, with its text.
type Held struct {
	Version
	Body []byte
	On   string // the source whose list the item is on
}

// Own reports whether the desk authored the item.
func (h Held) Own() bool { return h.On == SourceOwn }

// Tag names a version for conditional requests. It differs between tenants
// also where the texts are the same.
func (v Version) Tag() string { return fmt.Sprintf("%d-%s", v.N, hex.EncodeToString(v.Chain[:8])) }
