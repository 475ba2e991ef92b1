using System.Diagnostics.CodeAnalysis;

namespace PollMode;

/// <summary>
/// Keeps account of every buffer when it is switched on: whether it is home, held, or with a queue, which bytes of it are the frame's, and
/// its last hand-offs. A double free, a use after free or after sending, a call by another thread than the pool's owner, a write outside
/// the frame or into a free buffer, and a leak are then reported with who did it and where the packet was before.
/// </summary>
/// <remarks>
/// The switch is read once: POLLMODE_LEDGER=1 in the environment, or "PollMode.Ledger" in the runtime configuration. Off, the JIT sees a
/// constant and leaves no instruction of it. Compiled ahead of time it is a constant from publishing on (build/PollMode.targets), and the
/// environment has no say. On, every hand-off takes a lock and fills or compares whole buffers: it is for finding faults.
/// What a report throws ends the worker: with a buffer freed twice nothing that follows can be trusted.
/// </remarks>
internal static unsafe partial class Ledger
{
    internal const string Variable = "POLLMODE_LEDGER";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<nint, LedgerAccount> Accounts = [];

    [ThreadStatic]
    private static string? _place;

    [ThreadStatic]
    private static bool _inQueue;

    [FeatureSwitchDefinition("PollMode.Ledger")]
    internal static bool IsOn { get; } =
        (AppContext.TryGetSwitch("PollMode.Ledger", out bool on) && on) || Environment.GetEnvironmentVariable(Variable) == "1";

    private static string Place => _place ?? Thread.CurrentThread.Name ?? "a thread without a name";

    /// <summary>The calling thread runs code of the application from here on: a stage, by name.</summary>
    internal static void Enter(string place) => (_place, _inQueue) = (place, false);

    /// <summary>The calling thread runs a driver's queue from here on, which may touch what was sent, and all of a buffer.</summary>
    internal static void EnterQueue(string place) => (_place, _inQueue) = (place, true);

    /// <summary>The engine is through with what it entered.</summary>
    internal static void Leave() => (_place, _inQueue) = (null, false);

    /// <summary>A stage is about to get a burst.</summary>
    /// <returns>Bytes of the burst.</returns>
    internal static long EnterStage(string stage, ReadOnlySpan<Packet> burst)
    {
        Enter(stage);
        lock (Gate)
        {
            foreach (Packet packet in burst)
            {
                AccountOf(packet, "given to a stage while it was free")?.Note("given to", stage);
            }
        }

        return PacketSweep.BytesOf(burst);
    }

    /// <summary>A stage is through: what is left of the burst must be whole, and as long as before if the stage says that it keeps lengths.</summary>
    internal static void LeaveStage(IStage stage, in Burst burst, long bytesBefore)
    {
        lock (Gate)
        {
            foreach (Packet packet in burst.Packets)
            {
                CheckBytes(packet);
            }
        }

        if (stage.KeepsLengths && burst.IsAsReceived && PacketSweep.BytesOf(burst.Packets) is var bytes && bytes != bytesBefore)
        {
            throw new LedgerException(
                $"Stage '{stage.Name}' says that it keeps lengths, and made of {bytesBefore} bytes in {burst.Count} packets {bytes}. Say 'KeepsLengths => false', which is what a stage has by itself.");
        }
    }

    /// <summary>A slab's buffers start anew, at home.</summary>
    internal static void Cut(Slab slab)
    {
        lock (Gate)
        {
            for (int i = 0; i < slab.Arena.BuffersPerSlab; i++)
            {
                Accounts.Remove((nint)(slab.Metadata + i));
            }

            new Span<byte>(slab.Address, Arena.SlabBytes).Fill(Fill);
        }
    }

    /// <summary>The pool of a slab is at its end: what is home must be as it came.</summary>
    internal static void CheckHome(Slab slab)
    {
        lock (Gate)
        {
            for (int i = 0; i < slab.Arena.BuffersPerSlab; i++)
            {
                if (!IsOut(slab.Metadata + i))
                {
                    var packet = new Packet(slab.Metadata + i);
                    CheckFree(packet, Accounts.GetValueOrDefault((nint)packet.Metadata), "at the end");
                }
            }
        }
    }

    /// <summary>The calling thread does what only the pool's owner may. A pool without an owner is in the care of whoever uses it.</summary>
    internal static void Owning(Mempool pool, int owner, string what)
    {
        if (owner >= 0 && owner != Environment.CurrentManagedThreadId)
        {
            throw new LedgerException(
                $"'{Place}' called {what} of the pool '{pool.Name}', which is another thread's: only its owner may. Rent from the pool of the own worker, and free a packet from elsewhere with Packet.Free or Mempool.Free.");
        }
    }

    internal static void Rented(ReadOnlySpan<Packet> packets)
    {
        lock (Gate)
        {
            foreach (Packet packet in packets)
            {
                nint key = (nint)packet.Metadata;
                if (!Accounts.TryGetValue(key, out LedgerAccount? account))
                {
                    Accounts[key] = account = new LedgerAccount();
                }

                if (account.IsOut)
                {
                    Fail(packet, account, "given out twice");
                }

                CheckFree(packet, account, "when it was rented");
                account.Rent(packet.Metadata->PoolId, _inQueue);
                account.Note("rented by", Place);
                if (_place == null)
                {
                    // Perhaps a driver's thread, which gives the buffer to its device.
                    ClaimAll(packet);
                }
            }
        }
    }

    /// <summary>A queue has counted what it gave: the bytes go to the queue that sends them, and the packets are what its worker has received.</summary>
    internal static void Counted(ReadOnlySpan<Packet> packets, RxBinding by, string from)
    {
        long counted = by.Counters.Packets - by.PacketsBefore;
        long bytes = by.Counters.Bytes - by.BytesBefore;
        by.PacketsBefore = by.Counters.Packets;
        if (PacketSweep.BytesOf(packets) is var given && (given != bytes || packets.Length != counted))
        {
            throw new LedgerException(
                $"'{from}' gave {packets.Length} packets of {given} bytes and counted {counted} of {bytes}. A receive queue counts in each call just what it gives.");
        }
    }

    /// <summary>A queue gave packets to the worker.</summary>
    internal static void Received(ReadOnlySpan<Packet> packets, string from)
    {
        lock (Gate)
        {
            foreach (Packet packet in packets)
            {
                LedgerAccount account = AccountOf(packet, $"received from '{from}' while it was free")!;
                account.WithQueues = Math.Max(0, account.WithQueues - 1);
                account.Note("received from", from);
                Surround(packet);
            }
        }
    }

    /// <summary>The worker is about to offer packets to a queue: they must be its own, and whole.</summary>
    internal static void Offered(ReadOnlySpan<Packet> packets, string to)
    {
        lock (Gate)
        {
            foreach (Packet packet in packets)
            {
                LedgerAccount account = AccountOf(packet, "sent after it was freed")!;
                if (account.IsSent(packet.ReferenceCount))
                {
                    Fail(packet, account, "sent twice");
                }

                CheckBytes(packet);
                account.WithQueues++;
                account.Note("sent to", to);
            }
        }
    }

    /// <summary>The queue did not take these.</summary>
    internal static void Refused(ReadOnlySpan<Packet> packets)
    {
        lock (Gate)
        {
            foreach (Packet packet in packets)
            {
                if (Accounts.TryGetValue((nint)packet.Metadata, out LedgerAccount? account))
                {
                    account.WithQueues--;
                    account.Note("not taken by", Place);
                    ClaimAll(packet);
                }
            }
        }
    }

    /// <summary>Somebody gives up a reference to each: every one must be out, and in a stage's hands.</summary>
    internal static void Returning(ReadOnlySpan<Packet> packets)
    {
        lock (Gate)
        {
            foreach (Packet packet in packets)
            {
                LedgerAccount account = AccountOf(packet, "freed twice") ?? throw NoPacket("freed");
                if (account.WithQueues == 0)
                {
                    CheckBytes(packet);
                }
                else if (_inQueue || _place == null)
                {
                    // A queue that is through with it; or the thread of a driver, or the one that closes a port.
                    account.WithQueues--;
                    ClaimAll(packet);
                }
                else if (account.IsSent(packet.ReferenceCount))
                {
                    Fail(packet, account, "freed after it was sent");
                }
            }
        }
    }

    /// <summary>The last reference is gone.</summary>
    internal static void Home(Packet packet)
    {
        lock (Gate)
        {
            LedgerAccount account = AccountOf(packet, "freed twice")!;
            if (account.PoolId != packet.Metadata->PoolId)
            {
                Fail(packet, account, "returned to a pool that is not its own");
            }

            account.Return();
            account.Note("freed by", Place);
            Blank(packet);
        }
    }

    /// <summary>Somebody reads or writes the packet.</summary>
    internal static void Using(Packet packet)
    {
        lock (Gate)
        {
            LedgerAccount account = AccountOf(packet, "used after it was freed") ?? throw NoPacket("used");
            if (!_inQueue && account.IsSent(packet.ReferenceCount))
            {
                Fail(packet, account, "used after it was sent");
            }
        }
    }

    /// <summary>The frame is about to shrink or to move: the bytes that it has now may hold anything from here on.</summary>
    internal static void Claim(PacketMetadata* metadata)
    {
        lock (Gate)
        {
            if (Accounts.TryGetValue((nint)metadata, out LedgerAccount? account))
            {
                account.Claim(metadata->DataOffset, metadata->DataOffset + metadata->Length);
            }
        }
    }

    /// <summary>The last hand-offs of a buffer, for a report.</summary>
    internal static string HistoryOf(Packet packet)
    {
        lock (Gate)
        {
            return Accounts.TryGetValue((nint)packet.Metadata, out LedgerAccount? account) ? account.ToString() : "never rented";
        }
    }

    /// <summary>The account of a packet that must be out; null for the place of a packet that a stage dropped or took.</summary>
    private static LedgerAccount? AccountOf(Packet packet, string fault)
    {
        if (packet.IsNone)
        {
            return null;
        }

        if (!Accounts.TryGetValue((nint)packet.Metadata, out LedgerAccount? account) || !account.IsOut)
        {
            Fail(packet, account, fault);
        }

        return account;
    }

    private static LedgerException NoPacket(string what) =>
        new($"'{Place}' {what} a packet that is none (default(Packet)): it was dropped or taken before, or never rented.");

    [DoesNotReturn]
    private static void Fail(Packet packet, LedgerAccount? account, string fault, string more = "") => throw new LedgerException(
        $"The packet in buffer {(nint)packet.Metadata:x} was {fault} by '{Place}'; its last hand-offs: {account?.ToString() ?? "none, it was never rented"}.{more} Free or send a packet once, touch it no more then, and keep to its bytes.");
}
