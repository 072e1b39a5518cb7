package prometheusyaml

import (
	"slices"
	"strings"
)

// A client is the block of what makes requests, when all of it is written.
type client struct {
	*scope
	*block
	place
	left bool // something was left out of it
}

// settle leaves out what two fields say against each other, or one says without
// another that it needs: the file would not load.
func (c *client) settle() {
	c.oneAuthentication()
	for _, in := range slices.Clone(c.blocks) {
		inner := &client{scope: c.scope, block: in.block, place: c.place}
		switch in.kind {
		case "basic_auth":
			inner.exclude("username", "password")
			c.need(in, dropped, "username")
		case "authorization":
			inner.exclude("credentials")
			if in.isBasic() {
				c.leave(in, refused, "its type is not for Basic; write basic_auth, which encodes the password")
			}
			c.need(in, dropped, "credentials")
		case "oauth2":
			inner.exclude("client_secret")
			inner.settle()
			c.need(in, refused, "client_id")
			c.need(in, refused, "token_url")
		case "tls_config":
			inner.exclude("ca", "cert", "key")
			inner.pair()
		}
		c.left = c.left || inner.left
	}
	c.settleProxy()
}

// oneAuthentication keeps the first kind: a request has one Authorization header.
func (c *client) oneAuthentication() {
	var first *block
	var kind string
	for _, in := range slices.Clone(c.blocks) {
		switch in.kind {
		case "basic_auth", "authorization", "oauth2":
			if first == nil {
				first, kind = in.block, in.kind
				continue
			}
			c.leave(in, refused, "a request has one Authorization header, and "+kind+" makes it; write one of them")
		}
	}
}

// exclude keeps the first of a text and the file that has it.
func (c *client) exclude(names ...string) {
	for _, name := range names {
		if c.has(name) && c.has(name+"_file") {
			c.leaveAttribute(name+"_file", "there is "+name+" too; write one of them")
		}
	}
}

// isBasic tells an authorization that another block is for.
func (b *block) isBasic() bool {
	return slices.ContainsFunc(b.attributes, func(a attribute) bool {
		return a.name == "type" && strings.EqualFold(strings.Trim(string(a.value.Bytes()), `"`), "basic")
	})
}

// need leaves out a block that has neither an attribute nor its file.
func (c *client) need(in inner, of kind, name string) {
	if !in.has(name) && !in.has(name+"_file") && slices.ContainsFunc(c.blocks, func(i inner) bool { return i.block == in.block }) {
		c.leave(in, of, "it has no "+name+"; write it")
	}
}

// pair leaves out a certificate without a key, and the other way round.
func (c *client) pair() {
	hasCert, hasKey := c.has("cert") || c.has("cert_file"), c.has("key") || c.has("key_file")
	for _, name := range []string{"cert", "cert_file", "key", "key_file"} {
		if hasCert != hasKey && c.has(name) {
			c.leaveAttribute(name, "a client certificate needs both cert_file and key_file")
		}
	}
}

// settleProxy leaves out what belongs to a proxy where there is none.
func (c *client) settleProxy() {
	fromEnvironment := slices.ContainsFunc(c.attributes, func(a attribute) bool {
		return a.name == "proxy_from_environment" && string(a.value.Bytes()) == "true"
	})
	if c.has("proxy_url") && fromEnvironment {
		c.leaveAttribute("proxy_from_environment", "there is proxy_url too; write one of them")
		fromEnvironment = false
	}
	if c.has("proxy_url") {
		return
	}
	if c.has("no_proxy") {
		c.leaveAttribute("no_proxy", "there is no proxy_url that it could be for; write that")
	}
	for _, in := range slices.Clone(c.blocks) {
		if in.kind == "proxy_connect_header" && !fromEnvironment {
			c.leave(in, refused, "there is no proxy_url that it could be for; write that")
		}
	}
}

func (c *client) leaveAttribute(name, why string) {
	c.left = true
	c.drop(name)
	c.refused(c.place, "%s was left out: %s", name, why)
}

func (c *client) leave(in inner, of kind, why string) {
	c.left = true
	c.blocks = slices.DeleteFunc(c.blocks, func(i inner) bool { return i.block == in.block })
	c.find(of, c.place, "%s was left out: %s", in.kind, why)
}
