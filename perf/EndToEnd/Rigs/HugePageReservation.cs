using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>Reserves 2-MiB hugepages for a measurement and gives them back. Does nothing where that is not allowed, and says so.</summary>
internal sealed class HugePageReservation : IDisposable
{
    private const string Setting = "/proc/sys/vm/nr_hugepages";

    private readonly int _before;
    private readonly int _reserved = -1;

    internal HugePageReservation(int pages)
    {
        _before = Read();
        if (_before >= pages)
        {
            return;
        }

        try
        {
            File.WriteAllText(Setting, pages.ToString(CultureInfo.InvariantCulture));
            _reserved = Read();
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            Console.Error.WriteLine($"Cannot reserve {pages} hugepages ({fault.Message}); both sides run with what there is: {_before}.");
        }
    }

    internal static int Read() => int.Parse(File.ReadAllText(Setting), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        // Unless somebody else has changed it since.
        if (_reserved >= 0 && Read() == _reserved)
        {
            File.WriteAllText(Setting, _before.ToString(CultureInfo.InvariantCulture));
        }
    }
}
