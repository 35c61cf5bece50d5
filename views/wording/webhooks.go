package wording

import "clientregistry/db"

// WebhookOff says why the program switched a webhook off, as the end of a sentence, or "" if a
// person did.
func WebhookOff(because string) string {
	switch because {
	case db.OffGone:
		return "its address answered 410, which means that it is gone"
	case db.OffRights:
		return "its maker may no longer see or manage all that it needs"
	case db.OffMaker:
		return "its maker's account was disabled"
	case db.OffRestored:
		return "the registry was restored from a copy"
	}
	return ""
}
