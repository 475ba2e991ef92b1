using System.Runtime.CompilerServices;

namespace PollMode;

/// <content>How packets leave a worker: by its own queues, and for others that hand over to it.</content>
internal sealed unsafe partial class Worker
{
    /// <summary>Whether somebody follows packets, or every buffer is written down.</summary>
    private bool IsFollowed => Ledger.IsOn || _trace.IsActive;

    /// <summary>Sends packets by a port, and drops what it does not take. There is at least one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TransmitTo(int port, ReadOnlySpan<Packet> packets)
    {
        if (IsFollowed)
        {
            TransmitWatched(port, packets);
            return;
        }

        if (QueueOf(port) is not { } queue)
        {
            _space.Drop(packets, DropReason.NoEgress);
            return;
        }

        int sent = queue.Send(packets);
        _counters.Sent += sent;
        if (sent < packets.Length)
        {
            TransmitRest(port, packets[sent..]);
        }
    }

    /// <summary>Sends what a receive queue gave, as it came, by its own egress port. There is at least one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TransmitAsReceived(RxBinding binding, ReadOnlySpan<Packet> packets, long bytes)
    {
        if (binding.EgressQueue is not { } queue)
        {
            DropForWantOfEgress(packets);
            return;
        }

        int sent = queue.SendAsReceived(packets, binding.Port, bytes);
        _counters.Sent += sent;
        if (sent < packets.Length)
        {
            TransmitRest(binding.Egress, packets[sent..]);
        }
    }

    /// <summary>The same by any port, which a stage may have chosen, and also while the worker is watched.</summary>
    private void TransmitAsReceivedBy(int port, RxBinding binding, ReadOnlySpan<Packet> packets, long bytes)
    {
        if (IsFollowed || QueueOf(port) is not { } queue)
        {
            TransmitWatched(port, packets);
            return;
        }

        int sent = queue.SendAsReceived(packets, binding.Port, bytes);
        _counters.Sent += sent;
        if (sent < packets.Length)
        {
            TransmitRest(port, packets[sent..]);
        }
    }

    /// <summary>Not from within the turn, which a drop written out there slows down also where all is sent.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DropForWantOfEgress(ReadOnlySpan<Packet> packets) => _space.Drop(packets, DropReason.NoEgress);

    /// <summary>The queue of a port; null where there is no such port, or the port sends nothing.</summary>
    private ITxQueue? QueueOf(int port) => (uint)port < (uint)_queues.Length ? _queues[port] : null;

    /// <summary>What the queue did not take: offered again as often as the options say, then dropped.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TransmitRest(int port, ReadOnlySpan<Packet> packets)
    {
        ITxQueue queue = _queues[port]!;
        int sent = MakeRoom(ref packets) ? queue.Send(packets) : 0;
        sent += SendAgain(queue, packets[sent..]);
        _counters.Sent += sent;
        if (sent < packets.Length)
        {
            _space.Drop(packets[sent..], _send[port].FullReason);
        }
    }

    /// <summary>
    /// Gives back all places that queues have lent, and moves packets that still stand in some out of them: the places may be the very room that the next queue
    /// lacks, or that the one who is to empty it waits for. Nothing else of a burst may be in lent places by now.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    private bool MakeRoom(ref ReadOnlySpan<Packet> packets)
    {
        if (!_space.IsHome(packets))
        {
            packets = _space.MoveHome(packets);
        }

        return ReturnPlaces();
    }

    /// <summary>Gives back all places that queues have lent. What stood in them has been moved, sent or freed.</summary>
    /// <returns>Whether there were any.</returns>
    private bool ReturnPlaces()
    {
        bool any = false;
        foreach (RxBinding binding in _receive)
        {
            any |= binding.Queue.ReturnPlaces();
        }

        return any;
    }

    /// <summary>The same while somebody follows packets, or every buffer is written down.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TransmitWatched(int port, ReadOnlySpan<Packet> packets)
    {
        if (Ledger.IsOn)
        {
            Ledger.EnterQueue("send");
        }

        MakeRoom(ref packets);
        List<(int Index, PacketTraceEntry Entry)>? traced = _trace.IsActive ? LookAtSending(port, packets) : null;
        if (QueueOf(port) is not { } queue)
        {
            _space.Drop(packets, DropReason.NoEgress);
            return;
        }

        if (Ledger.IsOn)
        {
            Ledger.Offered(packets, _portSteps[port]);
        }

        int sent = queue.Send(packets);
        sent += SendAgain(queue, packets[sent..]);
        _counters.Sent += sent;
        if (Ledger.IsOn)
        {
            Ledger.Refused(packets[sent..]);
        }

        if (traced != null)
        {
            TracedStages.RecordSent(traced, sent, _trace);
        }

        if (sent < packets.Length)
        {
            _space.Drop(packets[sent..], _send[port].FullReason);
        }
    }

    /// <summary>Offers packets again to a full queue as often as the options say. Now and then it lets others run: the one who empties the queue may wait for this core.</summary>
    private int SendAgain(ITxQueue queue, ReadOnlySpan<Packet> packets)
    {
        int sent = 0;
        for (int retry = 1; sent < packets.Length && retry <= _plan.SendRetries && !_quit; retry++)
        {
            queue.Service();
            if (retry % RetriesBeforeYield == 0)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(1);
            }

            sent += queue.Send(packets[sent..]);
        }

        return sent;
    }

    private List<(int Index, PacketTraceEntry Entry)>? LookAtSending(int port, ReadOnlySpan<Packet> packets)
    {
        bool exists = (uint)port < (uint)_portSteps.Length;
        _space.Step = exists ? _portSteps[port] : _ownStep;
        return TracedStages.LookAtSending(packets, _trace, _space.Step, exists && _send[port].Queue is HandOffQueue);
    }

    /// <summary>Sends runs of packets with the same egress port, in the burst's order.</summary>
    private void TransmitMixed(ref Burst burst)
    {
        ReadOnlySpan<Packet> packets = burst.Packets;
        Span<short> egress = burst.Egress;
        Span<Packet> gathered = _space.Gathered;
        for (int i = 0; i < packets.Length; i++)
        {
            short port = egress[i];
            if (port == BurstSpace.Gone)
            {
                continue;
            }

            int count = 0;
            for (int j = i; j < packets.Length; j++)
            {
                if (egress[j] == port)
                {
                    gathered[count++] = packets[j];
                    egress[j] = BurstSpace.Gone;
                }
            }

            TransmitTo(port, gathered[..count]);
        }
    }

    private int SendHandedOver()
    {
        int total = 0;
        foreach ((HandOffQueue from, ITxQueue to) in _handOffs)
        {
            Span<Packet> packets = _space.Packets[.._burstSize];
            int count = from.Receive(packets);
            if (count > 0)
            {
                if (Ledger.IsOn)
                {
                    Ledger.EnterQueue("send for another worker");
                    Ledger.Received(packets[..count], "another worker");
                    Ledger.Offered(packets[..count], _ownStep);
                }

                List<(int Index, PacketTraceEntry Entry)>? traced = _trace.IsActive ? LookAtSending(Burst.NoPort, packets[..count]) : null;
                int sent = to.Send(packets[..count]);
                if (sent < count && ReturnPlaces())
                {
                    sent += to.Send(packets[sent..count]);
                }

                sent += SendAgain(to, packets[sent..count]);
                if (Ledger.IsOn)
                {
                    Ledger.Refused(packets[sent..count]);
                }

                if (traced != null)
                {
                    TracedStages.RecordSent(traced, sent, _trace);
                }

                if (sent < count)
                {
                    _space.Drop(packets[sent..count], DropReason.TxFull);
                }

                total += count;
                _counters.HandedOver += count;
            }
        }

        return total;
    }
}
