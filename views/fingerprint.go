package views

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"sync"
	"time"
)

// fingerprint identifies a view: views that differ in anything have different ones.
type fingerprint [sha256.Size]byte

// fingerprintOf returns the SHA-256 of a view's type and contents. ok is false if it contains
// something that cannot be written, such as a function.
func fingerprintOf(x reflect.Value) (f fingerprint, ok bool) {
	w := writings.Get().(*fingerprintWriter)
	defer writings.Put(w)
	w.bytes, w.failed = w.bytes[:0], false
	w.text(x.Type().String())
	w.value(x)
	return sha256.Sum256(w.bytes), !w.failed
}

var writings = sync.Pool{New: func() any { return new(fingerprintWriter) }}

// fingerprintWriter encodes a value so that no two values of a type have the same bytes.
type fingerprintWriter struct {
	bytes  []byte
	failed bool
}

func (w *fingerprintWriter) text(s string) {
	w.bytes = append(binary.AppendUvarint(w.bytes, uint64(len(s))), s...)
}

func (w *fingerprintWriter) value(x reflect.Value) {
	switch x.Kind() {
	case reflect.String:
		w.text(x.String())
	case reflect.Bool:
		w.writePresence(x.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.bytes = binary.AppendVarint(w.bytes, x.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.bytes = binary.AppendUvarint(w.bytes, x.Uint())
	case reflect.Float32, reflect.Float64:
		w.bytes = binary.LittleEndian.AppendUint64(w.bytes, math.Float64bits(x.Float()))
	case reflect.Complex64, reflect.Complex128:
		w.bytes = binary.LittleEndian.AppendUint64(w.bytes, math.Float64bits(real(x.Complex())))
		w.bytes = binary.LittleEndian.AppendUint64(w.bytes, math.Float64bits(imag(x.Complex())))
	case reflect.Pointer:
		if w.writePresence(!x.IsNil()) {
			w.value(x.Elem())
		}
	case reflect.Interface:
		if w.writePresence(!x.IsNil()) {
			w.text(x.Elem().Type().String())
			w.value(x.Elem())
		}
	case reflect.Struct:
		w.fields(x)
	case reflect.Slice:
		if w.writePresence(!x.IsNil()) {
			w.elements(x)
		}
	case reflect.Array:
		w.elements(x)
	case reflect.Map:
		if w.writePresence(!x.IsNil()) {
			w.entries(x)
		}
	default:
		w.failed = true
	}
}

// writePresence writes whether a value is present, and returns that.
func (w *fingerprintWriter) writePresence(is bool) bool {
	b := byte(0)
	if is {
		b = 1
	}
	w.bytes = append(w.bytes, b)
	return is
}

var timeType = reflect.TypeFor[time.Time]()

func (w *fingerprintWriter) fields(x reflect.Value) {
	if x.Type() == timeType {
		w.time(x)
		return
	}
	for i := range x.NumField() {
		if f := x.Field(i); f.Kind() == reflect.String { // most fields are
			w.text(f.String())
		} else {
			w.value(f)
		}
	}
}

// time writes a moment and its time zone.
func (w *fingerprintWriter) time(x reflect.Value) {
	if !x.CanInterface() { // an unexported field
		w.failed = true
		return
	}
	t := x.Interface().(time.Time)
	zone, offset := t.Zone()
	w.bytes = binary.AppendVarint(w.bytes, t.Unix())
	w.bytes = binary.AppendVarint(w.bytes, int64(t.Nanosecond()))
	w.bytes = binary.AppendVarint(w.bytes, int64(offset))
	w.text(zone)
	w.text(t.Location().String())
}

func (w *fingerprintWriter) elements(x reflect.Value) {
	w.bytes = binary.AppendUvarint(w.bytes, uint64(x.Len()))
	for i := range x.Len() {
		w.value(x.Index(i))
	}
}

// entries writes a map, ordered by its encoded keys.
func (w *fingerprintWriter) entries(x reflect.Value) {
	var all [][]byte
	for i := x.MapRange(); i.Next(); {
		e := fingerprintWriter{}
		e.value(i.Key())
		e.value(i.Value())
		all, w.failed = append(all, e.bytes), w.failed || e.failed
	}
	slices.SortFunc(all, bytes.Compare)
	w.bytes = binary.AppendUvarint(w.bytes, uint64(len(all)))
	for _, e := range all {
		w.bytes = append(w.bytes, e...)
	}
}
