namespace PollMode;

/// <summary>Runs the stages while somebody traces: notes what each did to the packets that carry the flag. Slow, and only then.</summary>
internal static class TracedStages
{
    internal static void Process(IStage[] stages, ref Burst burst, PacketTrace trace)
    {
        foreach (IStage stage in stages)
        {
            List<(Packet Packet, byte[] Frame, int Egress, long Id)>? before = null;
            for (int i = 0; i < burst.Count; i++)
            {
                if ((burst[i].Flags & PacketFlags.Traced) != 0)
                {
                    (before ??= []).Add((burst[i], burst[i].Span.ToArray(), burst.EgressOf(i), (long)burst[i].UserWord));
                }
            }

            stage.Process(ref burst);
            if (before != null)
            {
                Compare(stage, ref burst, before, trace);
            }

            burst.Settle();
        }
    }

    private static void Compare(IStage stage, ref Burst burst, List<(Packet Packet, byte[] Frame, int Egress, long Id)> before, PacketTrace trace)
    {
        foreach ((Packet packet, byte[] frame, int egress, long id) in before)
        {
            int index = burst.Packets.IndexOf(packet);
            if (index < 0)
            {
                trace.Record(new PacketTraceEntry(id, stage.Name, "dropped or taken", ReadOnlyMemory<byte>.Empty));
                continue;
            }

            byte[] after = packet.Span.ToArray();
            string action = after.AsSpan().SequenceEqual(frame) ? "unchanged" : "edited";
            int port = burst.EgressOf(index);
            trace.Record(new PacketTraceEntry(id, stage.Name, port == egress ? action : $"{action}, to port {port}", after));
        }
    }
}
