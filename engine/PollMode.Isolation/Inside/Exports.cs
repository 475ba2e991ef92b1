using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

[assembly: DisableRuntimeMarshalling]

namespace PollMode.Isolation;

/// <summary>
/// The C functions of a data plane's library. Each returns a <see cref="BorderStatus"/>. No exception crosses the border: its message becomes the
/// calling thread's text, as do results that are text; <c>pollmode_text</c> copies it out, so that neither side frees memory of the other.
/// </summary>
internal static unsafe class Exports
{
    /// <summary>Changes whenever a function or a layout that both sides know does.</summary>
    internal const int Version = 1;

    [ThreadStatic]
    private static byte[]? _text;

    [UnmanagedCallersOnly(EntryPoint = "pollmode_version")]
    private static int GetVersion() => Version;

    /// <summary>Copies the calling thread's text, or tells its length when the buffer is too short for it.</summary>
    [UnmanagedCallersOnly(EntryPoint = "pollmode_text")]
    private static int CopyText(byte* buffer, int size)
    {
        byte[] text = _text ?? [];
        if (text.Length <= size)
        {
            text.CopyTo(new Span<byte>(buffer, size));
        }

        return text.Length;
    }

    [UnmanagedCallersOnly(EntryPoint = "pollmode_create")]
    private static int Create(byte* json, int length, nint* session)
    {
        try
        {
            SessionRequest request = JsonSerializer.Deserialize(new ReadOnlySpan<byte>(json, length), BorderJson.Default.SessionRequest)!;
            *session = new Session(request).Number;
            return (int)BorderStatus.Done;
        }
#pragma warning disable CA1031 // Here and below: nothing is thrown over the border.
        catch (Exception fault)
        {
            return Tell(fault);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "pollmode_open")]
    private static int Open(nint session) => Do(session, static each => each.Engine.Open());

    [UnmanagedCallersOnly(EntryPoint = "pollmode_start")]
    private static int Start(nint session) => Do(session, static each => each.Engine.Start());

    [UnmanagedCallersOnly(EntryPoint = "pollmode_stop_receiving")]
    private static int StopReceiving(nint session) => Do(session, static each => each.Engine.StopReceiving());

    [UnmanagedCallersOnly(EntryPoint = "pollmode_dispose")]
    private static int Dispose(nint session) => Do(session, static each => each.Dispose());

    [UnmanagedCallersOnly(EntryPoint = "pollmode_statistics")]
    private static int Statistics(nint session) =>
        Do(session, static each => _text = JsonSerializer.SerializeToUtf8Bytes(each.Statistics, BorderJson.Default.SessionStatistics));

    [UnmanagedCallersOnly(EntryPoint = "pollmode_events")]
    private static int Events(nint session) =>
        Do(session, static each => _text = JsonSerializer.SerializeToUtf8Bytes(each.Events.Take(), BorderJson.Default.ListString));

    [UnmanagedCallersOnly(EntryPoint = "pollmode_stop")]
    private static int Stop(nint session, long milliseconds, int* drained)
    {
        try
        {
            *drained = Session.Of(session).Engine.Stop(TimeSpan.FromMilliseconds(milliseconds)) ? 1 : 0;
            return (int)BorderStatus.Done;
        }
        catch (Exception fault)
        {
            return Tell(fault);
        }
    }

    /// <summary>The engine's state, and whether it has completed: 0 no, 1 yes; a fault that ended it is told like one of this call.</summary>
    [UnmanagedCallersOnly(EntryPoint = "pollmode_state")]
    private static int State(nint session, int* state, int* completed)
    {
        try
        {
            Engine engine = Session.Of(session).Engine;
            *state = (int)engine.State;
            *completed = engine.Completion.IsCompleted ? 1 : 0;
            return engine.Completion.Exception is { } fault ? Tell(fault.InnerException ?? fault) : (int)BorderStatus.Done;
        }
        catch (Exception fault)
        {
            return Tell(fault);
        }
    }

    /// <summary>The addresses of a tap's rings, one for each worker; none before the engine is open.</summary>
    [UnmanagedCallersOnly(EntryPoint = "pollmode_tap")]
    private static int Tap(nint session, byte* name, int length, nint* rings, int size, int* count)
    {
        try
        {
            FrameTap tap = Session.Of(session).Tap(Encoding.UTF8.GetString(name, length));
            *count = tap.Rings.Count;
            for (int i = 0; i < Math.Min(size, tap.Rings.Count); i++)
            {
                rings[i] = tap.Rings[i].Address;
            }

            return (int)BorderStatus.Done;
        }
        catch (Exception fault)
        {
            return Tell(fault);
        }
    }

    private static int Do(nint session, Action<Session> action)
    {
        try
        {
            action(Session.Of(session));
            return (int)BorderStatus.Done;
        }
        catch (Exception fault)
        {
            return Tell(fault);
        }
    }
#pragma warning restore CA1031

    private static int Tell(Exception fault)
    {
        (BorderStatus status, string text) = fault switch
        {
            PollModeException => (BorderStatus.Refused, fault.Message),
            InvalidOperationException => (BorderStatus.Misused, fault.Message),
            _ => (BorderStatus.Faulted, $"{fault.GetType().Name}: {fault.Message}"),
        };
        _text = Encoding.UTF8.GetBytes(text);
        return (int)status;
    }
}
