package db

// widestScope tells of a user's roles whether one opens all clients. A role that
// says nothing of clients does not widen what another one narrows.
const widestScope = `
	SELECT ifnull(max(client_scope = 'all'), 1)
	FROM user_role
	JOIN roles ON roles.id = role_id
	WHERE user_id = ? AND EXISTS (
		SELECT 1 FROM role_permission
		JOIN permissions ON permissions.id = permission_id
		WHERE role_permission.role_id = roles.id AND slug IN ('ViewClient', 'EditClient', 'ViewInteraction', 'EditInteraction', 'ImportClient', 'ExportClient')
	)`

func ownOnly(r row) (bool, error) {
	var all bool
	err := r.Scan(&all)
	return !all, err
}
