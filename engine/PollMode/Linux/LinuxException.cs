using System.Runtime.InteropServices;

namespace PollMode.Linux;

/// <summary>A system call that failed while something was set up: says what was tried, the errno, and what to do about it.</summary>
public sealed class LinuxException : PollModeException
{
    /// <summary>Describes a failed system call.</summary>
    /// <param name="operation">What was tried, as a user would say it: "mmap 64 MiB of 2-MiB hugepages".</param>
    /// <param name="errno">The error number, as left by the call.</param>
    /// <param name="remedy">What the user can do, as a clause: "reserve pages with 'sysctl vm.nr_hugepages=64'".</param>
    public LinuxException(string operation, int errno, string remedy)
        : base($"{operation}: {Errno.Name(errno)} ({Marshal.GetPInvokeErrorMessage(errno)}); {remedy}.")
    {
        Operation = operation;
        ErrorNumber = errno;
    }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>The error number of the failed call; see <see cref="Errno"/>.</summary>
    public int ErrorNumber { get; }
}
