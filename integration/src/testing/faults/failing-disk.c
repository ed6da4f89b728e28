// Preloaded into a process, lets its n-th file operation below a folder `varve-…` fail, or it and all after it:
// those of SQLite too. Told by opening /varve-fault/<n>/<errno>/<1: all after it too>, which itself fails with EEXIST
// when an operation has failed since it was last told, and else with ENOENT. n = 0 ends it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { READS = 1, WRITES = 2, MAKES = 4, CHANGES = 8, LOOKS = 16 };

static long count, due;
static int code, persists, failed;
static char ours[65536];

static int is_ours(const char *path) { return path && strstr(path, "/varve-") != NULL; }
static int has(int fd) { return fd >= 0 && fd < (int)sizeof ours && ours[fd]; }

// What an operating system says for no reason of this kind is not tried.
static int can_say(int kind) {
  if (code == ENOSPC) return kind & (WRITES | MAKES);
  if (code == EACCES) return kind & (MAKES | CHANGES | LOOKS);
  if (code == EROFS) return kind & (MAKES | CHANGES);
  return 1;
}

static int fails(int kind) {
  if (!due || !can_say(kind)) return 0;
  long at = __sync_add_and_fetch(&count, 1);
  if (persists ? at < due : at != due) return 0;
  failed = 1;
  errno = code;
  return 1;
}

static int tell(const char *path) {
  int had = failed;
  if (sscanf(path, "/varve-fault/%ld/%d/%d", &due, &code, &persists) != 3) due = 0;
  count = failed = 0;
  errno = had ? EEXIST : ENOENT;
  return -1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define ON_PATH(type, name, kind, params, path, args)                                       \
  type name params { return is_ours(path) && fails(kind) ? -1 : REAL(name) args; }
#define ON_FILE(type, name, kind, params, args)                                             \
  type name params { return has(fd) && fails(kind) ? -1 : REAL(name) args; }

#define OPEN(name)                                                                          \
  int name(const char *path, int flags, ...) {                                              \
    va_list rest;                                                                           \
    va_start(rest, flags);                                                                  \
    mode_t mode = va_arg(rest, mode_t);                                                     \
    va_end(rest);                                                                           \
    if (!strncmp(path, "/varve-fault/", 13)) return tell(path);                             \
    int mine = is_ours(path);                                                               \
    int makes = flags & O_CREAT && (!mine || REAL(access)(path, F_OK) != 0);                \
    if (mine && fails(makes ? MAKES : flags & O_ACCMODE ? CHANGES : LOOKS)) return -1;      \
    int fd = REAL(name)(path, flags, mode);                                                 \
    if (fd >= 0 && fd < (int)sizeof ours) ours[fd] = mine;                                  \
    return fd;                                                                              \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (fd >= 0 && fd < (int)sizeof ours) ours[fd] = 0;
  return REAL(close)(fd);
}

#define CONTROL(name)                                                                       \
  int name(int fd, int what, ...) {                                                         \
    va_list rest;                                                                           \
    va_start(rest, what);                                                                   \
    void *arg = va_arg(rest, void *);                                                       \
    va_end(rest);                                                                           \
    return what == F_SETLK && has(fd) && fails(READS) ? -1 : REAL(name)(fd, what, arg);     \
  }
CONTROL(fcntl)
CONTROL(fcntl64)

long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (int at = 0; at < 6; at++) a[at] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_statx && (is_ours((const char *)a[1]) || has((int)a[0])) && fails(LOOKS)) return -1;
  return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

ON_FILE(ssize_t, read, READS, (int fd, void *to, size_t size), (fd, to, size))
ON_FILE(ssize_t, pread, READS, (int fd, void *to, size_t size, off_t at), (fd, to, size, at))
ON_FILE(ssize_t, pread64, READS, (int fd, void *to, size_t size, off64_t at), (fd, to, size, at))
ON_FILE(ssize_t, write, WRITES, (int fd, const void *from, size_t size), (fd, from, size))
ON_FILE(ssize_t, pwrite, WRITES, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at))
ON_FILE(ssize_t, pwrite64, WRITES, (int fd, const void *from, size_t size, off64_t at), (fd, from, size, at))
ON_FILE(int, fsync, WRITES, (int fd), (fd))
ON_FILE(int, fdatasync, WRITES, (int fd), (fd))
ON_FILE(int, ftruncate, WRITES, (int fd, off_t size), (fd, size))
ON_FILE(int, ftruncate64, WRITES, (int fd, off64_t size), (fd, size))
ON_FILE(int, fchmod, CHANGES, (int fd, mode_t mode), (fd, mode))
ON_FILE(int, fchown, CHANGES, (int fd, uid_t user, gid_t group), (fd, user, group))
ON_FILE(int, fstat, LOOKS, (int fd, struct stat *to), (fd, to))
ON_FILE(int, fstat64, LOOKS, (int fd, struct stat64 *to), (fd, to))
ON_PATH(int, stat, LOOKS, (const char *path, struct stat *to), path, (path, to))
ON_PATH(int, stat64, LOOKS, (const char *path, struct stat64 *to), path, (path, to))
ON_PATH(int, lstat, LOOKS, (const char *path, struct stat *to), path, (path, to))
ON_PATH(int, lstat64, LOOKS, (const char *path, struct stat64 *to), path, (path, to))
ON_PATH(int, access, LOOKS, (const char *path, int mode), path, (path, mode))
ON_PATH(int, unlink, CHANGES, (const char *path), path, (path))
ON_PATH(int, rmdir, CHANGES, (const char *path), path, (path))
ON_PATH(int, mkdir, MAKES, (const char *path, mode_t mode), path, (path, mode))
ON_PATH(int, rename, MAKES, (const char *path, const char *to), path, (path, to))
ON_PATH(int, link, MAKES, (const char *path, const char *to), path, (path, to))
ON_PATH(int, chmod, CHANGES, (const char *path, mode_t mode), path, (path, mode))
ON_PATH(int, chown, CHANGES, (const char *path, uid_t user, gid_t group), path, (path, user, group))
ON_PATH(int, utimensat, CHANGES, (int dir, const char *path, const struct timespec to[2], int flags), path,
        (dir, path, to, flags))

ssize_t copy_file_range(int from, off64_t *at, int fd, off64_t *to, size_t size, unsigned flags) {
  return has(fd) && fails(WRITES) ? -1 : REAL(copy_file_range)(from, at, fd, to, size, flags);
}
