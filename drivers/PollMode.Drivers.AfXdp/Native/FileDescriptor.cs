using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Native;

/// <summary>A file descriptor that is closed once, at the latest by the finalizer.</summary>
internal sealed class FileDescriptor : SafeHandle
{
    /// <summary>Takes a file descriptor.</summary>
    internal FileDescriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for system calls. Valid until <see cref="SafeHandle.Dispose()"/>.</summary>
    internal int Number => (int)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
