namespace PollMode;

/// <summary>Runs the stages while somebody traces: notes what each did to the packets that carry the flag. Slow for those, and only then.</summary>
internal static class TracedStages
{
    internal static void Process(IStage[] stages, ref Burst burst, PacketTrace trace)
    {
        foreach (IStage stage in stages)
        {
            List<Look>? before = null;
            for (int i = 0; i < burst.Count; i++)
            {
                if (trace.Follows(burst[i]))
                {
                    (before ??= []).Add(new Look(i, burst[i], trace.IdOf(burst[i]), PacketTrace.BytesOf(burst[i]), burst.EgressOf(i)));
                }
            }

            burst.Step = stage.Name;
            long bytes = Ledger.IsOn ? Ledger.EnterStage(stage.Name, burst.Packets) : 0;
            stage.Process(ref burst);
            if (Ledger.IsOn)
            {
                Ledger.LeaveStage(stage, in burst, bytes);
            }

            if (before != null)
            {
                foreach (Look look in before)
                {
                    Compare(stage, ref burst, look, trace);
                }
            }

            burst.Settle();
        }
    }

    /// <summary>Looks at followed packets before they are sent: afterwards they are somebody else's.</summary>
    /// <returns>An entry for each, with its place among the packets; null if there are none.</returns>
    internal static List<(int Index, PacketTraceEntry Entry)>? LookAtSending(ReadOnlySpan<Packet> packets, PacketTrace trace, string step, bool isHandOff)
    {
        List<(int Index, PacketTraceEntry Entry)>? sending = null;
        for (int i = 0; i < packets.Length; i++)
        {
            if (trace.Follows(packets[i]))
            {
                string action = isHandOff ? "handed to the worker that sends" : "sent";
                var entry = new PacketTraceEntry(trace.NextOrder(), trace.IdOf(packets[i]), step, action, PacketTrace.BytesOf(packets[i]));
                (sending ??= []).Add((i, entry));
            }
        }

        return sending;
    }

    /// <summary>Notes those that were sent.</summary>
    internal static void RecordSent(List<(int Index, PacketTraceEntry Entry)> sending, int sent, PacketTrace trace)
    {
        foreach ((int index, PacketTraceEntry entry) in sending)
        {
            if (index < sent)
            {
                trace.Record(entry);
            }
        }
    }

    private static void Compare(IStage stage, ref Burst burst, Look look, PacketTrace trace)
    {
        int index = burst.Packets.IndexOf(look.Packet);
        string prefix = string.Empty;
        if (index < 0 && !burst[look.Index].IsNone && (burst[look.Index].Flags & PacketFlags.Traced) != 0 && trace.IdOf(burst[look.Index]) == look.Id)
        {
            index = look.Index;
            prefix = "copied, ";
        }

        if (index < 0)
        {
            if (trace.IdOf(look.Packet) == look.Id)
            {
                trace.Record(new PacketTraceEntry(trace.NextOrder(), look.Id, stage.Name, "taken", ReadOnlyMemory<byte>.Empty));
            }

            return;
        }

        // A stage that sets flags anew does not mean to end the trace.
        Packet packet = burst[index];
        packet.Flags |= PacketFlags.Traced;
        byte[] after = PacketTrace.BytesOf(packet);
        string action = prefix + (after.AsSpan().SequenceEqual(look.Frame) ? "unchanged" : "edited");
        int port = burst.EgressOf(index);
        trace.Record(new PacketTraceEntry(trace.NextOrder(), look.Id, stage.Name, port == look.Egress ? action : $"{action}, to port {port}", after));
    }

    /// <summary>A followed packet before a stage.</summary>
    private readonly record struct Look(int Index, Packet Packet, long Id, byte[] Frame, int Egress);
}
