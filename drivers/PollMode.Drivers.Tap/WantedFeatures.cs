using PollMode.Linux;

namespace PollMode.Drivers.Tap;

/// <summary>
/// The offloads that an interface is asked for, whether or not it has them now: what <c>ethtool -k</c> shows as on, or as
/// <c>off [requested on]</c>. The first who attaches to a TAP device and says which offloads he takes clears those that he does not take.
/// </summary>
internal sealed unsafe class WantedFeatures
{
    // linux/sockios.h, linux/ethtool.h
    private const nuint SIOCETHTOOL = 0x8946;
    private const uint ETHTOOL_GFEATURES = 0x3a;
    private const uint ETHTOOL_SFEATURES = 0x3b;

    /// <summary>Words of 32 features that are asked for; kernels so far have two, and say how many.</summary>
    private const int MostWords = 8;
    private const int HeaderWords = 2;

    /// <summary>struct ethtool_get_features_block: available, requested, active, never_changed.</summary>
    private const int WordsPerAnswer = 4;

    /// <summary>struct ethtool_set_features_block: valid, requested.</summary>
    private const int WordsPerQuestion = 2;

    private readonly uint[] _requested;

    private WantedFeatures(uint[] requested) => _requested = requested;

    /// <summary>Reads them.</summary>
    /// <param name="socket">Any socket of the interface's network namespace.</param>
    /// <param name="name">The interface.</param>
    /// <returns>Null if the kernel does not tell.</returns>
    internal static WantedFeatures? Read(int socket, string name)
    {
        uint* answer = stackalloc uint[HeaderWords + (MostWords * WordsPerAnswer)];
        int words = Ask(socket, name, answer);
        if (words == 0)
        {
            return null;
        }

        var requested = new uint[words];
        for (int i = 0; i < words; i++)
        {
            requested[i] = answer[HeaderWords + (i * WordsPerAnswer) + 1];
        }

        return new WantedFeatures(requested);
    }

    /// <summary>What is to be asked for at the end: what attaching changed as it was before, and all else as it is by then, for others may have chosen.</summary>
    /// <param name="before">What was asked for before; null if the kernel did not tell, as the others.</param>
    /// <param name="attached">What was asked for right after attaching.</param>
    /// <param name="now">What is asked for at the end.</param>
    /// <returns>Null if the kernel did not tell.</returns>
    internal static WantedFeatures? AtEnd(WantedFeatures? before, WantedFeatures? attached, WantedFeatures? now) =>
        before == null || attached?._requested.Length != before._requested.Length || now?._requested.Length != before._requested.Length
            ? null
            : new WantedFeatures([.. before._requested.Select((word, i) => now._requested[i] ^ ((word ^ now._requested[i]) & (word ^ attached._requested[i])))]);

    /// <summary>Asks for these: only where they differ from what is asked for, and may be changed.</summary>
    internal void PutBack(int socket, string name)
    {
        uint* now = stackalloc uint[HeaderWords + (MostWords * WordsPerAnswer)];
        int words = Ask(socket, name, now);
        if (words != _requested.Length)
        {
            return;
        }

        uint* question = stackalloc uint[HeaderWords + (MostWords * WordsPerQuestion)];
        question[0] = ETHTOOL_SFEATURES;
        question[1] = (uint)words;
        for (int i = 0; i < words; i++)
        {
            uint available = now[HeaderWords + (i * WordsPerAnswer)];
            uint requested = now[HeaderWords + (i * WordsPerAnswer) + 1];
            question[HeaderWords + (i * WordsPerQuestion)] = (requested ^ _requested[i]) & available;
            question[HeaderWords + (i * WordsPerQuestion) + 1] = _requested[i];
        }

        _ = Call(socket, name, question);
    }

    /// <returns>Words of features; zero if the kernel does not tell.</returns>
    private static int Ask(int socket, string name, uint* answer)
    {
        answer[0] = ETHTOOL_GFEATURES;
        answer[1] = MostWords;
        return Call(socket, name, answer) && answer[1] <= MostWords ? (int)answer[1] : 0;
    }

    private static bool Call(int socket, string name, void* command)
    {
        InterfaceRequest request = InterfaceRequest.For(name);
        request.Value = (ulong)command;

        // Zero, or for SFEATURES flags that say that not all of it could be had now: asked for it is nevertheless.
        return LibC.Ioctl(socket, SIOCETHTOOL, &request) >= 0;
    }
}
