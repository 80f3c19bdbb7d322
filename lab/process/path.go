package process

// DefaultPath is where programs are looked up when nobody says it otherwise: the
// directories of the distribution and of the administrator, as Docker has them.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
