package api

import "clientregistry/db"

// Route is an operation as tests see it.
type Route struct{ Method, Path string }

// Allows reports whether a program with these permissions may use the operation.
func (r Route) Allows(by db.Actor) bool {
	for _, x := range routes {
		if x.method == r.Method && x.path == r.Path {
			return x.access.MetBy(by)
		}
	}
	return false
}

// Routes lists all operations, which are what needs a token.
func Routes() (all []Route) {
	for _, r := range routes {
		if r.access.Public {
			continue
		}
		all = append(all, Route{r.method, r.path})
	}
	return all
}
