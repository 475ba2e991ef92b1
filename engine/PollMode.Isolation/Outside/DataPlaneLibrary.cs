using System.Runtime.InteropServices;
using System.Text;

namespace PollMode.Isolation;

/// <summary>The app's side of the border: a loaded library, its functions, and its errors as exceptions. A library stays loaded, because its runtime cannot be unloaded.</summary>
internal sealed unsafe class DataPlaneLibrary
{
    private readonly string _path;
    private readonly delegate* unmanaged<byte*, int, int> _text;
    private readonly delegate* unmanaged<byte*, int, nint*, int> _create;
    private readonly delegate* unmanaged<nint, int> _open;
    private readonly delegate* unmanaged<nint, int> _start;
    private readonly delegate* unmanaged<nint, int> _stopReceiving;
    private readonly delegate* unmanaged<nint, long, int*, int> _stop;
    private readonly delegate* unmanaged<nint, int*, int*, int> _state;
    private readonly delegate* unmanaged<nint, int> _statistics;
    private readonly delegate* unmanaged<nint, int> _events;
    private readonly delegate* unmanaged<nint, byte*, int, nint*, int, int*, int> _tap;
    private readonly delegate* unmanaged<nint, int> _dispose;

    /// <summary>Loads a library and lets it define its data plane.</summary>
    /// <exception cref="PollModeException">It cannot be loaded, is none, or is of another version.</exception>
    internal DataPlaneLibrary(string path)
    {
        _path = Path.GetFullPath(path);
        nint library = Load(_path);
        var version = (delegate* unmanaged<int>)Find(library, "pollmode_version");
        if (version() != Exports.Version)
        {
            throw new PollModeException($"The data plane '{_path}' was compiled with another version of PollMode.Isolation; publish it again.");
        }

        _text = (delegate* unmanaged<byte*, int, int>)Find(library, "pollmode_text");
        _create = (delegate* unmanaged<byte*, int, nint*, int>)Find(library, "pollmode_create");
        _open = (delegate* unmanaged<nint, int>)Find(library, "pollmode_open");
        _start = (delegate* unmanaged<nint, int>)Find(library, "pollmode_start");
        _stopReceiving = (delegate* unmanaged<nint, int>)Find(library, "pollmode_stop_receiving");
        _stop = (delegate* unmanaged<nint, long, int*, int>)Find(library, "pollmode_stop");
        _state = (delegate* unmanaged<nint, int*, int*, int>)Find(library, "pollmode_state");
        _statistics = (delegate* unmanaged<nint, int>)Find(library, "pollmode_statistics");
        _events = (delegate* unmanaged<nint, int>)Find(library, "pollmode_events");
        _tap = (delegate* unmanaged<nint, byte*, int, nint*, int, int*, int>)Find(library, "pollmode_tap");
        _dispose = (delegate* unmanaged<nint, int>)Find(library, "pollmode_dispose");
        ((delegate* unmanaged<void>)Find(library, DataPlane.EntryPoint))();
    }

    internal nint Create(ReadOnlySpan<byte> request)
    {
        nint session;
        fixed (byte* json = request)
        {
            Check(_create(json, request.Length, &session));
        }

        return session;
    }

    internal void Open(nint session) => Check(_open(session));

    internal void Start(nint session) => Check(_start(session));

    internal void StopReceiving(nint session) => Check(_stopReceiving(session));

    internal bool Stop(nint session, TimeSpan timeout)
    {
        int drained;
        Check(_stop(session, (long)timeout.TotalMilliseconds, &drained));
        return drained != 0;
    }

    /// <summary>The state; whether the engine has completed; and the fault that ended it, if one did.</summary>
    internal (EngineState State, bool Completed, Exception? Fault) State(nint session)
    {
        int state = (int)EngineState.Closed;
        int completed = 0;
        int status = _state(session, &state, &completed);
        return ((EngineState)state, completed != 0, status == 0 ? null : Fault(status));
    }

    internal byte[] Statistics(nint session)
    {
        Check(_statistics(session));
        return Text();
    }

    internal byte[] Events(nint session)
    {
        Check(_events(session));
        return Text();
    }

    internal FrameRing[] Tap(nint session, string name)
    {
        const int Most = 1024;
        nint* rings = stackalloc nint[Most];
        int count;
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        fixed (byte* text = bytes)
        {
            Check(_tap(session, text, bytes.Length, rings, Most, &count));
        }

        var found = new FrameRing[count];
        for (int i = 0; i < count; i++)
        {
            found[i] = FrameRing.At(rings[i]);
        }

        return found;
    }

    internal void Dispose(nint session) => Check(_dispose(session));

    private static nint Load(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException)
        {
            string remedy = File.Exists(path)
                ? "publish it with -p:PublishAot=true for this machine"
                : "publish the project of the data plane and name the library that comes out";
            throw new PollModeException($"The data plane '{path}' cannot be loaded; {remedy}. ({fault.Message.ReplaceLineEndings(" ").Trim()})", fault);
        }
    }

    private void* Find(nint library, string name) =>
        NativeLibrary.TryGetExport(library, name, out nint address)
            ? (void*)address
            : throw new PollModeException($"'{_path}' is no data plane: it does not export {name}; see the remarks on IsolatedEngine for what its project needs.");

    private void Check(int status)
    {
        if (status != (int)BorderStatus.Done)
        {
            throw Fault(status);
        }
    }

    private Exception Fault(int status)
    {
        string text = Encoding.UTF8.GetString(Text());
        return (BorderStatus)status switch
        {
            BorderStatus.Refused => new PollModeException(text),
            BorderStatus.Misused => new InvalidOperationException(text),
            _ => new PollModeException($"The data plane '{Path.GetFileName(_path)}' failed: {text}"),
        };
    }

    /// <summary>The text of this thread's last call.</summary>
    private byte[] Text()
    {
        var buffer = new byte[_text(null, 0)];
        fixed (byte* start = buffer)
        {
            _ = _text(start, buffer.Length);
        }

        return buffer;
    }
}
