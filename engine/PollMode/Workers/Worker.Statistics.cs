namespace PollMode;

/// <content>What a worker tells about itself.</content>
internal sealed unsafe partial class Worker
{
    internal WorkerStatistics Statistics
    {
        get
        {
            var dropped = new Dictionary<string, long>(StringComparer.Ordinal);
            int reasons = DropReason.Count;
            for (int i = 0; i < reasons; i++)
            {
                long count = Volatile.Read(ref _space.DropCounts[i]);
                if (count > 0)
                {
                    dropped[DropReason.NameOf(i)] = count;
                }
            }

            return new WorkerStatistics
            {
                Index = Index,
                Cpu = Cpu,
                State = State,
                Turns = Volatile.Read(ref _counters.Turns),
                EmptyTurns = Volatile.Read(ref _counters.EmptyTurns),
                Bursts = Volatile.Read(ref _counters.Bursts),
                Received = Received,
                Sent = Volatile.Read(ref _counters.Sent),
                HandedOver = Volatile.Read(ref _counters.HandedOver),
                StageFaults = Volatile.Read(ref _counters.StageFaults),
                Stalls = _stalls.Statistics,
                Dropped = dropped,
            };
        }
    }
}
