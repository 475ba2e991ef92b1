namespace PollMode.Linux;

/// <summary>Names of the error numbers that Linux returns; numbers as in asm-generic/errno-base.h and errno.h.</summary>
public static class Errno
{
    /// <summary>Operation not permitted.</summary>
    public const int EPERM = 1;

    /// <summary>No such file or directory.</summary>
    public const int ENOENT = 2;

    /// <summary>Interrupted system call.</summary>
    public const int EINTR = 4;

    /// <summary>No such device or address.</summary>
    public const int ENXIO = 6;

    /// <summary>Bad file descriptor.</summary>
    public const int EBADF = 9;

    /// <summary>Try again; also EWOULDBLOCK.</summary>
    public const int EAGAIN = 11;

    /// <summary>Out of memory.</summary>
    public const int ENOMEM = 12;

    /// <summary>Permission denied.</summary>
    public const int EACCES = 13;

    /// <summary>Bad address.</summary>
    public const int EFAULT = 14;

    /// <summary>Device or resource busy.</summary>
    public const int EBUSY = 16;

    /// <summary>File exists.</summary>
    public const int EEXIST = 17;

    /// <summary>No such device.</summary>
    public const int ENODEV = 19;

    /// <summary>Invalid argument.</summary>
    public const int EINVAL = 22;

    /// <summary>No space left on device.</summary>
    public const int ENOSPC = 28;

    /// <summary>Numerical result out of range.</summary>
    public const int ERANGE = 34;

    /// <summary>Function not implemented.</summary>
    public const int ENOSYS = 38;

    /// <summary>Link has been severed.</summary>
    public const int ENOLINK = 67;

    /// <summary>Operation not supported.</summary>
    public const int EOPNOTSUPP = 95;

    /// <summary>Network is down.</summary>
    public const int ENETDOWN = 100;

    /// <summary>No buffer space available.</summary>
    public const int ENOBUFS = 105;

    private static readonly Dictionary<int, string> Names = new()
    {
        [EPERM] = nameof(EPERM),
        [ENOENT] = nameof(ENOENT),
        [EINTR] = nameof(EINTR),
        [5] = "EIO",
        [ENXIO] = nameof(ENXIO),
        [7] = "E2BIG",
        [EBADF] = nameof(EBADF),
        [EAGAIN] = nameof(EAGAIN),
        [ENOMEM] = nameof(ENOMEM),
        [EACCES] = nameof(EACCES),
        [EFAULT] = nameof(EFAULT),
        [EBUSY] = nameof(EBUSY),
        [EEXIST] = nameof(EEXIST),
        [ENODEV] = nameof(ENODEV),
        [20] = "ENOTDIR",
        [21] = "EISDIR",
        [EINVAL] = nameof(EINVAL),
        [23] = "ENFILE",
        [24] = "EMFILE",
        [25] = "ENOTTY",
        [27] = "EFBIG",
        [ENOSPC] = nameof(ENOSPC),
        [30] = "EROFS",
        [32] = "EPIPE",
        [ERANGE] = nameof(ERANGE),
        [36] = "ENAMETOOLONG",
        [ENOSYS] = nameof(ENOSYS),
        [ENOLINK] = nameof(ENOLINK),
        [71] = "EPROTO",
        [75] = "EOVERFLOW",
        [88] = "ENOTSOCK",
        [90] = "EMSGSIZE",
        [91] = "EPROTOTYPE",
        [92] = "ENOPROTOOPT",
        [93] = "EPROTONOSUPPORT",
        [94] = "ESOCKTNOSUPPORT",
        [EOPNOTSUPP] = nameof(EOPNOTSUPP),
        [97] = "EAFNOSUPPORT",
        [98] = "EADDRINUSE",
        [99] = "EADDRNOTAVAIL",
        [ENETDOWN] = nameof(ENETDOWN),
        [101] = "ENETUNREACH",
        [104] = "ECONNRESET",
        [ENOBUFS] = nameof(ENOBUFS),
        [106] = "EISCONN",
        [107] = "ENOTCONN",
        [110] = "ETIMEDOUT",
        [111] = "ECONNREFUSED",
        [114] = "EALREADY",
        [115] = "EINPROGRESS",
    };

    /// <summary>The name of an error number, such as <c>ENOMEM</c>; <c>errno 4095</c> where it has none here.</summary>
    public static string Name(int errno) => Names.TryGetValue(errno, out string? name) ? name : $"errno {errno}";
}
