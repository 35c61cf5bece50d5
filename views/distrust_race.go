//go:build race

package views

const distrust = true
