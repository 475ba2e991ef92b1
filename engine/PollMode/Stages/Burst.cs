using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>
/// The packets a worker carries through its stages, with the egress port of each. The burst owns them: a stage drops, takes or leaves
/// them. A dropped or taken packet leaves <c>default(Packet)</c> in its place until the stage returns; the next stage sees none.
/// </summary>
public ref struct Burst
{
    /// <summary>No egress port: the packet is dropped and counted under <see cref="DropReason.NoEgress"/>.</summary>
    public const int NoPort = -1;

    private readonly BurstSpace _space;
    private Span<Packet> _packets;
    private RxBinding? _binding;
    private int _egress;
    private BurstChanges _changes;

    /// <summary>Makes an empty burst, for <see cref="Begin"/> to fill time and again: what it has for good is written once and not for every burst.</summary>
    /// <param name="space">Where its packets are.</param>
    internal Burst(BurstSpace space)
    {
        _space = space;
    }

    /// <summary>Packets in the burst, places of dropped and taken ones included until the stage returns.</summary>
    public readonly int Count => _packets.Length;

    /// <summary>Index of the port the burst came in by.</summary>
    public readonly int RxPort => _binding!.Port;

    /// <summary>The receive queue it came by.</summary>
    internal readonly RxBinding Binding => _binding!;

    /// <summary>Whether the stages have it: what is thrown now is theirs.</summary>
    internal readonly bool IsAtStages => (_changes & BurstChanges.Underway) != 0;

    /// <summary>The packets, for stages that look at all of them. Until <see cref="TryAdd"/>, which may move them.</summary>
    public readonly ReadOnlySpan<Packet> Packets => _packets;

    /// <summary>The pool of the worker. Borrowed.</summary>
    public readonly Mempool Pool => _space.Pool;

    /// <summary>One packet. Borrowed: it stays in the burst.</summary>
    public readonly Packet this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _packets[index];
    }

    /// <summary>Whether it still has just the packets that it began with, in their order and as long as they were.</summary>
    internal readonly bool IsAsReceived => (_changes & (BurstChanges.Remade | BurstChanges.Resized)) == 0;

    internal readonly bool IsMixed => (_changes & BurstChanges.Mixed) != 0;

    /// <summary>The port that all of its packets leave by, unless it <see cref="IsMixed"/>.</summary>
    internal readonly int CommonEgress => (_changes & BurstChanges.Steered) != 0 ? _egress : _binding!.Egress;

    internal readonly Span<short> Egress => _space.Egress;

    /// <summary>Who has the burst now, for traces.</summary>
    internal readonly string Step
    {
        set => _space.Step = value;
    }

    /// <summary>Sends every packet of the burst by a port. Later stages may choose otherwise.</summary>
    public void SendTo(int port)
    {
        _egress = Checked(port);
        _changes = (_changes & ~BurstChanges.Mixed) | BurstChanges.Steered;
    }

    /// <summary>Sends one packet by a port.</summary>
    public void SendTo(int index, int port)
    {
        port = Checked(port);
        if (!IsMixed)
        {
            int common = CommonEgress;
            if (port == common)
            {
                return;
            }

            _space.Egress[..Count].Fill((short)common);
            _changes |= BurstChanges.Mixed;
        }

        _space.Egress[..Count][index] = (short)port;
    }

    /// <summary>The port that a packet is to be sent by, or <see cref="NoPort"/>.</summary>
    public readonly int EgressOf(int index) => IsMixed ? _space.Egress[..Count][index] : CommonEgress;

    /// <summary>Drops a packet: frees it and counts it.</summary>
    public void Drop(int index, DropReason reason)
    {
        Packet packet = Take(index);
        if (!packet.IsNone)
        {
            _space.Drop(packet, reason);
        }
    }

    /// <summary>Drops a packet that a stage took from the burst or made: frees it and counts it. Takes the packet.</summary>
    public void Drop(Packet packet, DropReason reason)
    {
        _space.Drop(packet, reason);
        _changes |= BurstChanges.Unsettled;
    }

    /// <summary>
    /// Makes sure that a packet may be edited. One that somebody else holds too is read-only: it is given up, and a copy from the worker's
    /// pool takes its place.
    /// </summary>
    /// <returns>False if no buffer could be rented for the copy: the packet was dropped under <see cref="DropReason.NoBuffer"/>.</returns>
    public bool TryMakeWritable(int index)
    {
        ref Packet place = ref _packets[index];
        if (place.IsNone)
        {
            return false;
        }

        if (place.ReferenceCount == 1)
        {
            return true;
        }

        if (!_space.Pool.TryCopy(place, out Packet copy))
        {
            Drop(index, DropReason.NoBuffer);
            return false;
        }

        if (_space.Trace.IsActive)
        {
            _space.Trace.Continue(place, copy);
        }

        _space.Pool.Return(place);
        place = copy;
        _changes |= BurstChanges.Remade;
        return true;
    }

    /// <summary>Drops every packet that is left.</summary>
    public void DropAll(DropReason reason)
    {
        for (int i = 0; i < Count; i++)
        {
            Drop(i, reason);
        }
    }

    /// <summary>Gives a packet to the stage, which now owns it.</summary>
    /// <returns>The packet; <c>default</c> if it was dropped or taken before.</returns>
    public Packet Take(int index)
    {
        ref Packet place = ref _packets[index];
        Packet packet = place;
        if (!packet.IsNone)
        {
            place = default;
            _changes |= BurstChanges.Remade | BurstChanges.Unsettled;
        }

        return packet;
    }

    /// <summary>Puts a packet into the burst, which takes it: a clone, a reply, one that was kept before.</summary>
    /// <returns>False, with the packet still the stage's, if the burst has no room.</returns>
    public bool TryAdd(Packet packet, int port)
    {
        int count = Count;
        if (count == _space.Packets.Length)
        {
            return false;
        }

        MoveHome();
        _packets = _space.Packets[..(count + 1)];
        _packets[count] = packet;
        _changes |= BurstChanges.Remade;
        if (IsMixed || port != CommonEgress)
        {
            _space.Egress[count] = (short)CommonEgress;
            SendTo(count, port);
        }

        return true;
    }

    /// <summary>Moves packets that stand in places of their queue into the worker's own, where there is room for more and nobody else waits for it.</summary>
    internal void MoveHome()
    {
        if (!_space.IsHome(_packets))
        {
            Span<Packet> lent = _packets;
            _packets = _space.MoveHome(lent);

            // Who still looks there finds none, and not a packet that may be freed by then.
            lent.Clear();
        }
    }

    /// <summary>Begins anew, at the stages. What it had before has left it.</summary>
    /// <param name="packets">The packets, in the space or in places that their queue has lent; at most the space's capacity.</param>
    /// <param name="binding">The receive queue that gave them: their ports are looked up there where a stage asks, and not for every burst.</param>
    /// <param name="changes">What the stages are taken to do to it, whatever they do, and that they have it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Begin(Span<Packet> packets, RxBinding binding, BurstChanges changes)
    {
        Debug.Assert((_changes & BurstChanges.Unsettled) == 0, "The burst before was not settled.");
        Debug.Assert((changes & BurstChanges.Underway) != 0, "The stages are about to have it.");
        _binding = binding;
        _packets = packets;
        _changes = changes;
    }

    /// <summary>The stages are done with it.</summary>
    /// <returns>Whether it still has just the packets that it began with, as long as they were, and all of them leave by the port that it began with.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool End()
    {
        if (_changes == BurstChanges.Underway)
        {
            _changes = BurstChanges.None;
            return true;
        }

        _changes &= ~BurstChanges.Underway;
        return false;
    }

    /// <summary>A number that fits an egress place and is not <see cref="BurstSpace.Gone"/>; what is no port's number is none.</summary>
    internal static int Checked(int port) => (uint)port < (uint)short.MaxValue ? port : NoPort;

    /// <summary>After each stage: closes the gaps that it left, in order, and frees what it dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Settle()
    {
        if ((_changes & BurstChanges.Unsettled) != 0)
        {
            Close();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Close()
    {
        _space.FreeDropped();
        int kept = 0;
        Span<short> egress = _space.Egress;
        for (int i = 0; i < Count; i++)
        {
            if (!_packets[i].IsNone)
            {
                _packets[kept] = _packets[i];
                egress[kept] = egress[i];
                kept++;
            }
        }

        _packets = _packets[..kept];
        _changes &= ~BurstChanges.Unsettled;
    }
}
