namespace PollMode.Linux;

/// <summary>Short sleeps that a poll thread can take: nanosleep(2) and poll(2), without the scheduler classes of the runtime's own waits.</summary>
internal static unsafe class Sleeper
{
    private const int DescriptorLimit = 64;

    internal static void Sleep(int microseconds)
    {
        TimeSpecification time = default;
        time.Seconds = microseconds / 1_000_000;
        time.Nanoseconds = microseconds % 1_000_000 * 1000;
        _ = LibC.Nanosleep(&time, null);
    }

    /// <summary>Waits until one of the descriptors is readable, or the time is over. With no descriptors it sleeps a millisecond.</summary>
    internal static void WaitReadable(ReadOnlySpan<int> fileDescriptors, int timeoutMilliseconds)
    {
        if (fileDescriptors.IsEmpty)
        {
            Sleep(1000);
            return;
        }

        int count = Math.Min(fileDescriptors.Length, DescriptorLimit);
        PollDescriptor* descriptors = stackalloc PollDescriptor[count];
        for (int i = 0; i < count; i++)
        {
            descriptors[i] = new PollDescriptor { FileDescriptor = fileDescriptors[i], Events = PollDescriptor.POLLIN };
        }

        _ = LibC.Poll(descriptors, (nuint)count, timeoutMilliseconds);
    }
}
