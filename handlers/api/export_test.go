package api

// Route is an operation as tests see it.
type Route struct{ Method, Path string }

// Routes lists all operations.
func Routes() (all []Route) {
	for _, r := range routes {
		all = append(all, Route{r.method, r.path})
	}
	return all
}
