package handlers

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// node is a part of openapi.yaml.
type node struct{ root, value any }

// at returns the value of a key, the zero node if there is none. It follows a reference.
func (n node) at(key string) node {
	object, _ := n.value.(yaml.MapSlice)
	for _, item := range object {
		if item.Key == key {
			return node{n.root, item.Value}.resolved()
		}
	}
	return node{root: n.root}
}

// reference returns what a node refers to, like "Organization", or "".
func (n node) reference() string {
	object, _ := n.value.(yaml.MapSlice)
	if len(object) != 1 || object[0].Key != "$ref" {
		return ""
	}
	path := fmt.Sprint(object[0].Value)
	return path[strings.LastIndexByte(path, '/')+1:]
}

func (n node) resolved() node {
	if n.reference() == "" {
		return n
	}
	path := fmt.Sprint(n.value.(yaml.MapSlice)[0].Value)
	to := node{n.root, n.root}
	for _, key := range strings.Split(strings.TrimPrefix(path, "#/"), "/") {
		to = to.at(key)
	}
	return to
}

// text returns a text, or "".
func (n node) text(key string) string { return n.at(key).String() }

func (n node) String() string {
	if n.value == nil {
		return ""
	}
	return fmt.Sprint(n.value)
}

// pair is a key of an object with its value.
type pair struct {
	key string
	node
	plain node // the value without following a reference
}

// pairs returns an object's keys in their order.
func (n node) pairs() (all []pair) {
	object, _ := n.value.(yaml.MapSlice)
	for _, item := range object {
		plain := node{n.root, item.Value}
		all = append(all, pair{fmt.Sprint(item.Key), plain.resolved(), plain})
	}
	return all
}

// items returns the values of an array, not following references.
func (n node) items() (all []node) {
	array, _ := n.value.([]any)
	for _, value := range array {
		all = append(all, node{n.root, value})
	}
	return all
}

// rawAt returns the value of a key without following a reference.
func rawAt(n node, key string) any {
	for _, p := range n.pairs() {
		if p.key == key {
			return p.plain.value
		}
	}
	return nil
}
