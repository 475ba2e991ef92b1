using System.Runtime.InteropServices;
using System.Text;

namespace PollMode.Isolation;

/// <summary>The data plane in a native library of this process. A library stays loaded, because its runtime cannot be unloaded.</summary>
internal sealed unsafe class LibraryBorder : IBorder
{
    private readonly string _path;
    private readonly delegate* unmanaged<int, long, byte*, int, int> _call;
    private readonly delegate* unmanaged<byte*, int, int> _text;

    /// <summary>Loads a library and lets it define its data plane.</summary>
    /// <exception cref="PollModeException">It cannot be loaded, is none, or is of another version.</exception>
    internal LibraryBorder(string path)
    {
        _path = Path.GetFullPath(path);
        nint library = Load();
        CheckVersion((delegate* unmanaged<byte*, int, int>)Find(library, Exports.VersionName));
        _text = (delegate* unmanaged<byte*, int, int>)Find(library, Exports.TextName);
        _call = (delegate* unmanaged<int, long, byte*, int, int>)Find(library, Exports.CallName);
        ((delegate* unmanaged<void>)Find(library, DataPlane.EntryPoint))();
    }

    public Task Lost { get; } = new TaskCompletionSource().Task;

    public byte[] Ask(BorderVerb verb, long session, ReadOnlySpan<byte> request)
    {
        int status;
        fixed (byte* start = request)
        {
            status = _call((int)verb, session, start, request.Length);
        }

        // The text of this thread's last call.
        var reply = new byte[_text(null, 0)];
        fixed (byte* start = reply)
        {
            _ = _text(start, reply.Length);
        }

        return status == (int)BorderStatus.Done ? reply : throw BorderFault.ToException((BorderStatus)status, Encoding.UTF8.GetString(reply));
    }

    public void Dispose()
    {
        // The library stays.
    }

    private nint Load()
    {
        if (!File.Exists(_path))
        {
            throw new PollModeException(
                $"The data plane's library '{_path}' is not there; 'dotnet publish' of the app makes it, or 'dotnet build -p:PublishDataPlane=true' (see the README of PollMode.Isolation).");
        }

        try
        {
            return NativeLibrary.Load(_path);
        }
        catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException)
        {
            throw new PollModeException($"The data plane's library '{_path}' cannot be loaded; publish it again, for this machine. ({fault.Message.ReplaceLineEndings(" ").Trim()})", fault);
        }
    }

    private void* Find(nint library, string name) =>
        NativeLibrary.TryGetExport(library, name, out nint address)
            ? (void*)address
            : throw new PollModeException($"'{_path}' is no data plane: it does not export {name}; see the README of PollMode.Isolation for what its project needs.");

    private void CheckVersion(delegate* unmanaged<byte*, int, int> version)
    {
        byte* text = stackalloc byte[BorderVersion.MostBytes];
        int length = version(text, BorderVersion.MostBytes);
        BorderVersion.Check($"'{_path}'", Encoding.UTF8.GetString(text, Math.Clamp(length, 0, BorderVersion.MostBytes)));
    }
}
