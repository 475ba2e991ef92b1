using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Native;

/// <summary>
/// A network namespace in which sockets and links are made. Only their making depends on it: a socket stays where it was born, so the
/// worker threads never change theirs.
/// </summary>
internal sealed unsafe class NetworkNamespace : IDisposable
{
    private const int O_RDONLY_CLOEXEC = 0x80000;

    private readonly FileDescriptor? _file;

    private NetworkNamespace(string name, FileDescriptor? file)
    {
        Name = name;
        _file = file;
    }

    /// <summary>Its name, or empty for the process's own.</summary>
    internal string Name { get; }

    /// <summary>Opens a namespace.</summary>
    /// <param name="name">A name that <c>ip netns</c> knows, a path such as <c>/proc/1234/ns/net</c>, or empty for the process's own.</param>
    internal static NetworkNamespace Open(string name)
    {
        if (name.Length == 0)
        {
            return new NetworkNamespace(name, null);
        }

        string path = name.Contains('/', StringComparison.Ordinal) ? name : "/run/netns/" + name;
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            int number = LibC.Open(text, O_RDONLY_CLOEXEC);
            return number >= 0
                ? new NetworkNamespace(name, new FileDescriptor(number))
                : throw new LinuxException($"open the network namespace '{name}'", Marshal.GetLastPInvokeError(), "name one that 'ip netns' lists, or a path such as /proc/PID/ns/net");
        }
    }

    /// <summary>
    /// Runs an action in the namespace. A thread of its own enters it and ends there, so that no thread of the pool is left in a foreign namespace.
    /// </summary>
    internal void Run(Action action)
    {
        if (_file == null)
        {
            action();
            return;
        }

        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (LibC.SetNamespace(_file.Number, LibC.CLONE_NEWNET) != 0)
                {
                    throw new LinuxException($"enter the network namespace '{Name}'", Marshal.GetLastPInvokeError(), "run with CAP_SYS_ADMIN, or start the program inside the namespace");
                }

                action();
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
    }

    /// <summary>Runs a function in the namespace and gives its result.</summary>
    internal T Run<T>(Func<T> function)
    {
        T result = default!;
        Run(() => { result = function(); });
        return result;
    }

    public void Dispose() => _file?.Dispose();
}
