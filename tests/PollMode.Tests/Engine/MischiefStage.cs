namespace PollMode.Tests;

/// <summary>Drops, takes, keeps, gives back, clones, redirects and throws, by a seed; counts what the engine cannot see.</summary>
internal sealed class MischiefStage(int seed) : IStage
{
    private readonly Random _random = new(seed);
    private readonly Queue<Packet> _kept = new();
    private readonly List<DetachedPacket> _detached = [];

    internal long Cloned { get; private set; }

    internal long Freed { get; private set; }

    public void Process(ref Burst burst)
    {
        int count = burst.Count;
        for (int i = 0; i < count; i++)
        {
            switch (_random.Next(12))
            {
                case 0:
                    burst.Drop(i, DropReason.Filtered);
                    break;
                case 1 when _kept.Count < 100:
                    _kept.Enqueue(burst.Take(i));
                    break;
                case 2:
                    burst.Take(i).Free();
                    Freed++;
                    break;
                case 3 when _detached.Count < 50:
                    _detached.Add(burst.Take(i).Detach());
                    break;
                case 4:
                    Packet clone = burst[i].Clone();
                    if (burst.TryAdd(clone, _random.Next(-2, 5)))
                    {
                        Cloned++;
                    }
                    else
                    {
                        clone.Free();
                    }

                    break;
                case 5:
                    burst.SendTo(i, _random.Next(-2, 5));
                    break;
                case 6 when _kept.Count > 0 && burst.TryAdd(_kept.Peek(), 0):
                    _kept.Dequeue();
                    break;
            }
        }

        if (_random.Next(20) == 0)
        {
            burst.SendTo(_random.Next(3));
        }

        if (_random.Next(50) == 0)
        {
            throw new InvalidOperationException("mischief");
        }
    }

    /// <summary>After the engine has stopped, as its holders outside would.</summary>
    internal void LetGo()
    {
        Freed += _kept.Count + _detached.Count;
        while (_kept.TryDequeue(out Packet packet))
        {
            packet.Free();
        }

        _detached.ForEach(packet => packet.Dispose());
    }
}
