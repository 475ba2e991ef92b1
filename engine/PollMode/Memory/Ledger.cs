using System.Globalization;

namespace PollMode;

/// <summary>
/// Keeps account of every buffer when it is switched on: whether it is home or out, how often it went out, and its last hand-offs. A
/// double free and a use after free or send are then reported with who did it; a leak report says where the packet was last.
/// </summary>
/// <remarks>
/// The switch is read once, from POLLMODE_LEDGER=1 in the environment or the AppContext switch "PollMode.Ledger". Off, the JIT sees a
/// constant and leaves no instruction of it in the hot path. On, every hand-off takes a lock: it is for finding faults.
/// What a fault report throws ends the worker: with a buffer freed twice nothing that follows can be trusted.
/// </remarks>
internal static unsafe class Ledger
{
    internal const string Variable = "POLLMODE_LEDGER";

    internal static readonly bool IsOn =
        (AppContext.TryGetSwitch("PollMode.Ledger", out bool on) && on) || Environment.GetEnvironmentVariable(Variable) == "1";

    private const int HandOffs = 6;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<nint, Account> Accounts = [];

    [ThreadStatic]
    private static string? _place;

    /// <summary>What the calling thread does from here on: a stage's name, "receive", "send".</summary>
    internal static void Enter(string place) => _place = place;

    /// <summary>A slab's buffers start anew, at home.</summary>
    internal static void Cut(Slab slab)
    {
        lock (Gate)
        {
            for (int i = 0; i < slab.Arena.BuffersPerSlab; i++)
            {
                Accounts.Remove((nint)(slab.Metadata + i));
            }
        }
    }

    internal static void Rented(ReadOnlySpan<Packet> packets)
    {
        lock (Gate)
        {
            foreach (Packet packet in packets)
            {
                nint key = (nint)packet.Metadata;
                if (!Accounts.TryGetValue(key, out Account? account))
                {
                    Accounts[key] = account = new Account();
                }

                account.IsOut = true;
                account.Generation++;
                account.Note("rented", _place);
            }
        }
    }

    /// <summary>Somebody gives up references: every one must be out.</summary>
    internal static void Returning(ReadOnlySpan<Packet> packets)
    {
        foreach (Packet packet in packets)
        {
            Check(packet, "freed twice");
        }
    }

    /// <summary>The last reference is gone.</summary>
    internal static void Home(Packet packet)
    {
        lock (Gate)
        {
            if (!Accounts.TryGetValue((nint)packet.Metadata, out Account? account) || !account.IsOut)
            {
                Fail(packet, account, "freed twice");
            }

            account!.IsOut = false;
            account.Note("freed", _place);
        }
    }

    /// <summary>Somebody reads or writes the packet's bytes.</summary>
    internal static void Using(Packet packet) => Check(packet, "used after it was freed or sent");

    /// <summary>The last hand-offs of a buffer, for a report.</summary>
    internal static string HistoryOf(Packet packet)
    {
        lock (Gate)
        {
            return Accounts.TryGetValue((nint)packet.Metadata, out Account? account) ? account.ToString() : "never rented";
        }
    }

    private static void Check(Packet packet, string fault)
    {
        lock (Gate)
        {
            if (!Accounts.TryGetValue((nint)packet.Metadata, out Account? account) || !account.IsOut)
            {
                Fail(packet, account, fault);
            }
        }
    }

    private static void Fail(Packet packet, Account? account, string fault) => throw new PollModeException(
        string.Create(CultureInfo.InvariantCulture, $"The packet in buffer {(nint)packet.Metadata:x} was {fault} by '{_place ?? Thread.CurrentThread.Name ?? "a thread without a name"}'; its last hand-offs: {account?.ToString() ?? "none, it was never rented"}. Free or send a packet once, and touch it no more."));

    private sealed class Account
    {
        private readonly Queue<string> _notes = new();

        internal bool IsOut { get; set; }

        internal long Generation { get; set; }

        public override string ToString() => string.Join(", ", _notes);

        internal void Note(string what, string? place)
        {
            if (_notes.Count == HandOffs)
            {
                _notes.Dequeue();
            }

            _notes.Enqueue($"{what} #{Generation} by '{place ?? Thread.CurrentThread.Name ?? "?"}'");
        }
    }
}
