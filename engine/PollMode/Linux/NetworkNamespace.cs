using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace PollMode.Linux;

/// <summary>
/// Runs something inside a network namespace. Sockets and devices belong for life to the namespace of the thread that opened them, so a
/// port is opened inside and polled from anywhere.
/// </summary>
public static unsafe class NetworkNamespace
{
    /// <summary>Runs a function inside a namespace, on a thread of its own that ends with it: no thread of the caller changes its namespace.</summary>
    /// <param name="name">A name as <c>ip netns</c> knows it, or a path such as <c>/proc/1234/ns/net</c>; null or empty for the caller's own namespace.</param>
    /// <param name="function">What to run.</param>
    /// <exception cref="LinuxException">There is no such namespace, or entering it is not permitted.</exception>
    public static T Run<T>(string? name, Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (string.IsNullOrEmpty(name))
        {
            return function();
        }

        T? result = default;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(name);
                result = function();
            }
#pragma warning disable CA1031 // Whatever it is, it is thrown again on the caller's thread.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                fault = ExceptionDispatchInfo.Capture(exception);
            }
        })
        { Name = "pollmode-netns", IsBackground = true };
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result!;
    }

    private static void Enter(string name)
    {
        string path = name.Contains('/', StringComparison.Ordinal) ? name : "/run/netns/" + name;
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(path + '\0');
        int descriptor;
        fixed (byte* pointer = bytes)
        {
            descriptor = LibC.Open(pointer, LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
        }

        if (descriptor < 0)
        {
            throw new LinuxException($"open the network namespace '{path}'", Marshal.GetLastPInvokeError(), "name one that 'ip netns list' shows, or the path of one");
        }

        int result = LibC.Setns(descriptor, LibC.CLONE_NEWNET);
        int errno = Marshal.GetLastPInvokeError();
        _ = LibC.Close(descriptor);
        if (result != 0)
        {
            throw new LinuxException($"enter the network namespace '{path}'", errno, "run as root or with CAP_SYS_ADMIN");
        }
    }
}
