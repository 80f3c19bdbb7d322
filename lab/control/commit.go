package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"byhand/lab/container"
	"byhand/lab/image"
	"byhand/lab/process"
	"byhand/lab/state"
	"byhand/lab/store"
)

// Commit says how an image is to be made of a container.
type Commit struct {
	// Name is the image's; it may be empty.
	Name string
	// Author and Message are remarks in its history.
	Author, Message string
	// Change changes its configuration; it may be nil.
	Change func(*v1.ConfigFile) error
	// Pause holds the container while its files are read.
	Pause bool
	// Now is the time that the image gets.
	Now time.Time
}

// Make makes an image: the container's own image, and what it has changed as
// one more layer. Of a container without an image all its files are the layer.
func (o Commit) Make(ctx context.Context, images *store.Store, b state.Box) (*store.Image, error) {
	c, err := b.Config()
	if err != nil {
		return nil, err
	}
	// From here until the image is listed nothing points to its layer.
	done, err := images.Use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	config, layers := &v1.ConfigFile{OS: "linux", Architecture: runtime.GOARCH}, []store.Layer{}
	if c.ImageID != "" {
		base, err := images.Find(c.ImageID)
		if err != nil {
			return nil, err
		}
		config, layers = base.Config.DeepCopy(), base.Layers()
	}
	o.configure(config, c)
	if o.Change != nil {
		if err := o.Change(config); err != nil {
			return nil, err
		}
	}
	layer, err := o.layer(ctx, images, b, c)
	if err != nil {
		return nil, fmt.Errorf("commit container %.12s: %w", b.ID, err)
	}
	h := v1.History{Created: config.Created, CreatedBy: strings.Join(c.Argv(), " "), Author: o.Author, Comment: o.Message}
	if h.EmptyLayer = layer.DiffID.Hex == emptyLayer; !h.EmptyLayer {
		layers = append(layers, layer)
	}
	config.History = append(config.History, h)
	return images.Create(ctx, config, layers, o.Name)
}

// emptyLayer is the digest of an archive of nothing.
const emptyLayer = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

// configure has the image do what the container was told to do.
func (o Commit) configure(config *v1.ConfigFile, c container.Config) {
	base := config.Config.Env
	config.Author, config.Container = o.Author, ""
	config.Created = v1.Time{Time: o.Now.UTC().Truncate(time.Second)}
	to := &config.Config
	to.Entrypoint, to.Cmd, to.User, to.WorkingDir, to.StopSignal = c.Entrypoint, c.Cmd, c.User, c.WorkingDir, c.StopSignal
	if len(c.Labels) > 0 {
		to.Labels = c.Labels
	}
	for _, port := range c.Exposed {
		if to.ExposedPorts == nil {
			to.ExposedPorts = map[string]struct{}{}
		}
		to.ExposedPorts[port] = struct{}{}
	}
	to.Env = nil
	for _, e := range c.Env {
		name, _, _ := strings.Cut(e, "=")
		given := []string{"HOSTNAME=" + c.Hostname, "TERM=xterm", "PATH=" + process.DefaultPath}
		known := slices.ContainsFunc(base, func(b string) bool { return strings.HasPrefix(b, name+"=") })
		// What every container is given is no property of the image.
		if known || !slices.Contains(given, e) {
			to.Env = append(to.Env, e)
		}
	}
}

// layer keeps what the container has changed.
func (o Commit) layer(ctx context.Context, images *store.Store, b state.Box, c container.Config) (l store.Layer, err error) {
	s, err := b.Status()
	if err != nil {
		return l, err
	}
	if o.Pause && s.Word == "running" && s.Group != nil {
		if err := Pause(ctx, b); err != nil {
			return l, err
		}
		defer func() { err = errors.Join(err, Unpause(b)) }()
	}
	opts := image.ExportOptions{}
	if c.ImageID == "" {
		root, err := OpenRoot(b)
		if err != nil {
			return l, err
		}
		defer root.Close()
		return images.PutLayer(func(w io.Writer) error {
			_, err := image.ExportFD(ctx, w, int(root.Fd()), opts)
			return err
		})
	}
	root := b.Root(c)
	if err := root.Make(); err != nil { // it may never have been started
		return l, err
	}
	d, err := compare(root)
	if err != nil {
		return l, err
	}
	opts.Omit = func(name string) bool { return d.own[name] }
	return images.PutLayer(func(w io.Writer) error {
		_, err := image.ExportLayer(ctx, w, root.Upper, opts)
		return err
	})
}
