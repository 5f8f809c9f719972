package readmodel

// SaveFrom makes smaller tenants large enough to be saved.
func (m *Model) SaveFrom(rows int) { m.saveFrom = rows }
