package browsertest

import "testing"

// TestAnEditorStaysOpen: unlinking one contact keeps what was typed in another link's editor.
func TestAnEditorStaysOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pier := o.Organization("Pier & Sons")
	for _, name := range []string{"Anna", "Bo", "Cleo"} {
		o.Link(pier, o.Contact(name, "Berg"))
	}
	w := o.windowOf(o.person("Inès Moreau", "Manager"))
	w.open(pier)
	w.click("#links a[aria-label='Edit the role of Anna Berg']")
	w.fill(".editing [name=role_label]", "Board member")
	w.see("[role=option]", "Board member")
	w.press("Escape")
	w.gone("[role=option]")
	w.click("#links button[aria-label='Unlink Bo Berg']")
	w.see("#toasts", "Unlinked Bo Berg")
	w.count(1, "#links .links li:not(.editing)")
	w.holds(".editing [name=role_label]", "Board member")
	w.click("#toasts button", "Undo")
	w.count(2, "#links .links li:not(.editing)")
	w.holds(".editing [name=role_label]", "Board member")
	w.click(".editing button", "Save")
	w.see("#links small", "Board member")
}
