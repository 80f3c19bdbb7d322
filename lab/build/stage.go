package build

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"byhand/lab/process"
	"byhand/lab/store"
)

// stage is a stage of the Dockerfile, as far as it is made.
type stage struct {
	b      *builder
	config *v1.ConfigFile
	layers []store.Layer
	// args are the ARGs that the stage has declared, as NAME=value.
	args []string
	// key is the digest of all that the next layer depends on.
	key string
	// cmdSet says that this stage has set CMD itself; ENTRYPOINT then keeps it.
	cmdSet bool
}

// stage makes the stage i, once.
func (b *builder) stage(ctx context.Context, i int) (*stage, error) {
	if s, ok := b.done[i]; ok {
		return s, nil
	}
	decl := b.stages[i]
	s, err := b.from(ctx, i, decl)
	if err != nil {
		return nil, b.located(decl.Location, err)
	}
	triggers := s.config.Config.OnBuild
	s.config.Config.OnBuild = nil
	if err := s.onBuild(ctx, triggers); err != nil {
		return nil, b.located(decl.Location, err)
	}
	for _, c := range decl.Commands {
		b.say("%s", c)
		if err := s.do(ctx, c); err != nil {
			return nil, b.located(c.Location(), err)
		}
	}
	b.done[i] = s
	return s, nil
}

// from begins a stage: with nothing, with another stage, or with an image.
func (b *builder) from(ctx context.Context, i int, decl instructions.Stage) (*stage, error) {
	env := append([]string{"TARGETOS=linux", "TARGETARCH=" + runtime.GOARCH, "TARGETPLATFORM=linux/" + runtime.GOARCH, "BUILDPLATFORM=linux/" + runtime.GOARCH}, b.global...)
	name, err := b.expander(env)(decl.BaseName)
	if err != nil {
		return nil, err
	}
	b.say("FROM %s", name)
	s := &stage{b: b, config: &v1.ConfigFile{OS: "linux", Architecture: runtime.GOARCH, Created: b.created()}}
	if name == "scratch" {
		s.depend("scratch")
		s.config.Config.Env = []string{"PATH=" + process.DefaultPath} // as every builder does
		return s, nil
	}
	if n, ok := instructions.HasStage(b.stages[:i], name); ok {
		base, err := b.stage(ctx, n)
		if err != nil {
			return nil, err
		}
		s.config, s.key = base.config.DeepCopy(), base.key
		s.layers = append(s.layers, base.layers...)
		return s, nil
	}
	img, err := b.image(ctx, name)
	if err != nil {
		return nil, err
	}
	s.config, s.layers = img.Config.DeepCopy(), img.Layers()
	s.config.Created = b.created()
	s.depend(img.ID.String())
	return s, nil
}

// image finds an image, or pulls it.
func (b *builder) image(ctx context.Context, name string) (*store.Image, error) {
	img, err := b.Store.Find(name)
	if errors.Is(err, store.ErrUnknown) && b.Pull != nil {
		return b.Pull(ctx, name)
	}
	return img, err
}

// depend makes what follows depend on these texts.
func (s *stage) depend(texts ...string) {
	h := sha256.New()
	for _, t := range append([]string{s.key}, texts...) {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	s.key = fmt.Sprintf("%x", h.Sum(nil))
}

// onBuild does what the base image has left for those who build on it.
func (s *stage) onBuild(ctx context.Context, triggers []string) error {
	for _, text := range triggers {
		file, err := parser.Parse(strings.NewReader(text))
		if err != nil {
			return fmt.Errorf("ONBUILD %s: %w", text, err)
		}
		for _, node := range file.AST.Children {
			c, err := instructions.ParseCommand(node)
			if err == nil {
				s.b.say("ONBUILD %s", c)
				err = s.do(ctx, c)
			}
			if err != nil {
				return fmt.Errorf("ONBUILD %s: %w", text, err)
			}
		}
	}
	return nil
}

// env is what $NAME means: the image's own environment goes before ARGs.
func (s *stage) env() []string {
	env := append([]string{}, s.args...)
	for _, e := range s.config.Config.Env {
		key, value, _ := strings.Cut(e, "=")
		env = set(env, key, value)
	}
	return env
}

// history adds the instruction to the image's history.
func (s *stage) history(c fmt.Stringer, empty bool) {
	s.config.History = append(s.config.History, v1.History{Created: s.b.created(), CreatedBy: c.String(), EmptyLayer: empty})
}

// add adds the instruction's layer.
func (s *stage) add(c fmt.Stringer, l store.Layer) {
	s.layers = append(s.layers, l)
	s.history(c, false)
}

// root unpacks what the stage has so far, and returns the layers'
// directories, the top one first.
func (s *stage) root(ctx context.Context) ([]string, error) {
	if len(s.layers) == 0 {
		return nil, nil
	}
	img := &store.Image{Manifest: &v1.Manifest{}, Config: &v1.ConfigFile{}}
	for _, l := range s.layers {
		img.Manifest.Layers = append(img.Manifest.Layers, l.Descriptor)
		img.Config.RootFS.DiffIDs = append(img.Config.RootFS.DiffIDs, l.DiffID)
	}
	return s.b.Store.Root(ctx, img)
}

// owner reads "user[:group]" by number, or by name in the image's own files.
func owner(lower []string, text string) (uid, gid int, err error) {
	user, group, both := strings.Cut(text, ":")
	uid, gid, err = lookUp(lower, "etc/passwd", user)
	if err != nil || !both {
		return uid, gid, err
	}
	gid, _, err = lookUp(lower, "etc/group", group)
	return uid, gid, err
}

// lookUp finds a name or number in passwd(5) or group(5), and the number that
// follows there. A number need not stand there.
func lookUp(lower []string, file, who string) (id, next int, err error) {
	content, err := readImageFile(lower, file)
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(content) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 3 || f[0] != who && f[2] != who {
			continue
		}
		if id, err = strconv.Atoi(f[2]); err != nil {
			continue
		}
		if len(f) > 3 {
			next, _ = strconv.Atoi(f[3])
		}
		return id, next, nil
	}
	if id, err = strconv.Atoi(who); err != nil {
		return 0, 0, fmt.Errorf("the image's /%s has no %q", file, who)
	}
	return id, 0, nil
}
